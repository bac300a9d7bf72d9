//! What the values of a template are, once its functions are worked out as far as they can be.

use super::tree::Node;
use std::borrow::Cow;
use std::rc::Rc;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Resolved<'d> {
    /// `AWS::NoValue`, or nothing: the property is not there.
    Nothing,
    /// A text, a number or a reference, in pieces. None is an empty text.
    Text(Vec<Piece<'d>>),
    /// A list whose length is known.
    List(Vec<Resolved<'d>>),
    /// A list that the deployment gives.
    UnknownList(Rc<Unknown<'d>>),
    /// An object, whose values are not worked out.
    Object(&'d Node<'d>),
}

/// A part of a text.
#[derive(Debug, Clone)]
pub(super) enum Piece<'d> {
    Known(Cow<'d, str>),
    /// What only the deployment knows.
    Unknown(Rc<Unknown<'d>>),
    /// The id of a group or a prefix list of the template, by its logical id.
    Resource(&'d str),
}

/// A value that only the deployment knows.
#[derive(Debug)]
pub(super) struct Unknown<'d> {
    /// What identifies it: `PartnerCidr`, `Fn::Select(0, Cidrs)`
    pub(super) expression: String,
    /// What a person would call it: `PartnerCidr`
    pub(super) name: String,
    /// Its value where the deployment sets nothing. A list has commas.
    pub(super) default: Option<String>,
    pub(super) description: Option<&'d str>,
    pub(super) place: UnknownPlace<'d>,
    /// The parameter of the template that it depends on.
    pub(super) parameter: Option<&'d str>,
}

/// Where the deployment finds a value.
#[derive(Debug, Clone, Default)]
pub(super) enum UnknownPlace<'d> {
    /// The deployment sets it, or makes it.
    #[default]
    Deployment,
    /// Another stack exports it, under this name.
    Import(Vec<Piece<'d>>),
    /// Systems Manager has it, at this path.
    Ssm(String),
}

impl Unknown<'_> {
    /// The VPC of groups without `VpcId`: the default VPC of the account (CloudFormation template
    /// reference, AWS::EC2::SecurityGroup).
    pub(super) fn default_vpc() -> Self {
        Unknown::new("the default VPC", "default-vpc")
    }

    /// A value of which nothing is known but the expression that gives it.
    pub(super) fn new(expression: impl Into<String>, name: impl Into<String>) -> Self {
        Unknown {
            expression: expression.into(),
            name: name.into(),
            default: None,
            description: None,
            place: UnknownPlace::Deployment,
            parameter: None,
        }
    }
}

impl<'d> Resolved<'d> {
    /// A text that is known.
    pub(super) fn known(text: impl Into<Cow<'d, str>>) -> Resolved<'d> {
        Resolved::Text(vec![Piece::Known(text.into())])
    }

    /// One unknown value.
    pub(super) fn unknown(unknown: Unknown<'d>) -> Resolved<'d> {
        Resolved::Text(vec![Piece::Unknown(Rc::new(unknown))])
    }

    /// What it is, in words.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Resolved::Nothing => "nothing",
            Resolved::Text(_) => "a text",
            Resolved::List(_) | Resolved::UnknownList(_) => "a list",
            Resolved::Object(_) => "an object",
        }
    }
}

/// The text of pieces, if all of it is known.
pub(super) fn known_text<'p>(pieces: &'p [Piece<'_>]) -> Option<Cow<'p, str>> {
    let known = |piece: &'p Piece<'_>| match piece {
        Piece::Known(text) => Some(text.as_ref()),
        Piece::Unknown(_) | Piece::Resource(_) => None,
    };
    match pieces {
        [] => Some("".into()),
        [piece] => known(piece).map(Cow::Borrowed),
        several => several
            .iter()
            .map(known)
            .collect::<Option<String>>()
            .map(Cow::Owned),
    }
}

/// The text of pieces where the deployment sets nothing.
pub(super) fn default_text(pieces: &[Piece<'_>]) -> Option<String> {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Some(text.as_ref()),
        Piece::Unknown(unknown) => unknown.default.as_deref(),
        Piece::Resource(_) => None,
    });
    texts.collect()
}

/// Pieces as one expression: `${Ip}/32`
pub(super) fn expression_text(pieces: &[Piece<'_>]) -> String {
    match pieces {
        [Piece::Unknown(unknown)] => unknown.expression.clone(),
        several => several.iter().map(expression_piece).collect(),
    }
}

fn expression_piece(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Known(text) => text.to_string(),
        Piece::Unknown(unknown) => format!("${{{}}}", unknown.expression),
        Piece::Resource(id) => format!("${{{id}}}"),
    }
}

/// What a person would call the value of pieces.
pub(super) fn name_text(pieces: &[Piece<'_>]) -> String {
    let names = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => text.as_ref(),
        Piece::Unknown(unknown) => unknown.name.as_str(),
        Piece::Resource(id) => id,
    });
    names.collect()
}

/// The parameter that pieces depend on.
pub(super) fn parameter_of<'d>(pieces: &[Piece<'d>]) -> Option<&'d str> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Unknown(unknown) => unknown.parameter,
        Piece::Known(_) | Piece::Resource(_) => None,
    })
}

/// Pieces as one unknown value.
pub(super) fn joined_unknown<'d>(pieces: &[Piece<'d>]) -> Rc<Unknown<'d>> {
    if let [Piece::Unknown(unknown)] = pieces {
        return Rc::clone(unknown);
    }
    Rc::new(Unknown {
        default: default_text(pieces),
        parameter: parameter_of(pieces),
        ..Unknown::new(expression_text(pieces), name_text(pieces))
    })
}
