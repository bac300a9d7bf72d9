#!/bin/sh
# Reviews a change to a project: formatting, problems, stale outputs, and what the change opens and closes.
#
# Runs at the root of a git repository, and writes only the files named here. It needs no token.
#
#   TIERWALL            the compiler [tierwall]
#   TIERWALL_DIRECTORY  where `tierwall.toml` is [.]
#   TIERWALL_BASE       the branch or commit that the change is compared with; empty: none
#   TIERWALL_DENY       what the change may not do, as `tierwall diff --deny` takes it; empty: nothing is denied
#   TIERWALL_MESSAGES   the format of diagnostics in the log: human or github [human]
#   TIERWALL_LINK       where lines are linked to, as `tierwall diff --link` takes it; empty: nowhere
#   TIERWALL_SARIF      the file for SARIF; empty: none
#   TIERWALL_COMMENT    the file for the comment [tierwall-review.md]
#
# Ends with the worst exit code of all steps; every step runs, whatever the others found.
# shellcheck disable=SC2016 # what is between backticks is Markdown
set -u

tierwall=${TIERWALL:-tierwall}
directory=${TIERWALL_DIRECTORY:-.}
directory=${directory%/}
base=${TIERWALL_BASE:-}
messages=${TIERWALL_MESSAGES:-human}
comment=${TIERWALL_COMMENT:-tierwall-review.md}
# files are named as the manifest is
manifest=tierwall.toml
[ "$directory" = . ] || manifest=$directory/$manifest
# GitHub takes 65,536 characters
most=65000

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
worst=0
: >"$work/failed"

# step CODE: counts how a step ended; whether it passed.
step() {
  [ "$1" -le "$worst" ] || worst=$1
  [ "$1" -eq 0 ]
}

# log FILE: its lines. Each starts with a mark, since the runner of GitHub obeys lines that start with two colons.
log() {
  sed 's/^/| /' "$1"
}

# tell FILE: its lines as what is wrong.
tell() {
  if [ "$messages" = github ]; then
    sed -e 's/%/%25/g' -e 's/^/::error title=tierwall::/' "$1"
  else
    cat "$1"
  fi >&2
}

# block FILE: its lines as code in Markdown, whatever is in them.
block() {
  fence=$(awk '{ while (match($0, /`+/)) { if (RLENGTH > n) n = RLENGTH; $0 = substr($0, RSTART + RLENGTH) } }
    END { n = n < 3 ? 3 : n + 1; while (n--) printf "`" }' "$1")
  printf '%s\n' "$fence"
  cat "$1"
  printf '%s\n' "$fence"
}

# failed TITLE FILE: a section of the comment about a step that failed.
failed() {
  {
    printf '\n%s\n\n' "$1"
    block "$2"
  } >>"$work/failed"
}

layout() {
  echo "== tierwall fmt --check"
  "$tierwall" fmt --check --message-format short -- "$directory" >"$work/layout.diff" 2>"$work/layout"
  step $? && return
  log "$work/layout.diff"
  tell "$work/layout"
  failed '**Formatting.** Run `tierwall fmt` to format these files:' "$work/layout"
}

problems() {
  echo "== tierwall check"
  if [ -n "${TIERWALL_SARIF:-}" ]; then
    "$tierwall" check --manifest "$manifest" --message-format sarif >"$TIERWALL_SARIF"
  fi
  "$tierwall" check --manifest "$manifest" --message-format "$messages"
  step $? && return
  "$tierwall" check --manifest "$manifest" --message-format short >"$work/problems" 2>&1
  failed '**Problems** that `tierwall check` finds:' "$work/problems"
}

# `check` reported the lints; errors are reported again only if they affect only the outputs.
outputs() {
  before=$worst
  echo "== tierwall build --check"
  "$tierwall" build --check --manifest "$manifest" --allow all --message-format short >"$work/stale.diff" 2>"$work/stale"
  step $? && return
  [ -s "$work/stale.diff" ] || [ "$before" -eq 0 ] || return
  log "$work/stale.diff"
  tell "$work/stale"
  failed '**Outputs.** Run `tierwall build` to update them:' "$work/stale"
}

# compared WHY: says why there is no comparison.
not_compared() {
  printf '%s\n' "$1" >"$work/why"
  tell "$work/why"
  failed '**Not compared.**' "$work/why"
  step 2
}

# A branch is that of the remote; `range` is then what `tierwall diff --git` takes.
find_base() {
  range=
  if [ -z "$(printf %s "$base" | tr -d 0)" ]; then
    echo "there is no base to compare with"
    return 1
  fi
  for name in "origin/$base" "$base"; do
    found=$(git rev-parse --verify --quiet --end-of-options "$name^{commit}") && break
    found=
  done
  deeper="the clone is shallow: set \`fetch-depth: 0\` for actions/checkout, or \`GIT_DEPTH: 0\` in GitLab"
  shallow=$(git rev-parse --is-shallow-repository 2>/dev/null)
  if [ -n "$found" ] && git merge-base "$found" HEAD >/dev/null 2>&1; then
    range=$name...
  elif [ "$shallow" = true ]; then
    not_compared "there is no merge base of \`$base\` and this change; $deeper"
  elif [ -n "$found" ]; then
    echo "\`$base\` and this change have no common commit; the change is compared with all of \`$base\`"
    range=$name
  else
    not_compared "there is no commit \`$base\`"
  fi
  [ -n "$range" ]
}

compare() {
  echo "== tierwall diff"
  find_base || return
  set -- diff --manifest "$manifest" --git="$range" --message-format short
  "$tierwall" "$@" --format text >"$work/review" 2>/dev/null
  log "$work/review"
  "$tierwall" "$@" --deny any >/dev/null 2>&1 && : >"$work/equal"
  [ -z "${TIERWALL_LINK:-}" ] || set -- "$@" --link "$TIERWALL_LINK"
  [ -z "${TIERWALL_DENY:-}" ] || set -- "$@" --deny "$(printf %s "$TIERWALL_DENY" | tr -d ' ')"
  "$tierwall" "$@" --format markdown >"$work/review.md" 2>"$work/denied"
  step $? && return
  tell "$work/denied"
  failed '**The change.** `tierwall diff` denies it:' "$work/denied"
}

# The comment. By its first line it is found again; by its second, one is not started where there is nothing to tell.
write_comment() {
  printf '<!-- tierwall: review of %s -->\n' "$(printf %s "$directory" | tr -c 'A-Za-z0-9._/\n' _)"
  if [ "$worst" -eq 0 ] && { [ -f "$work/equal" ] || [ ! -s "$work/review.md" ]; }; then
    echo '<!-- nothing to tell -->'
  fi
  [ "$worst" -eq 0 ] || echo '### tierwall: checks failed'
  cat "$work/failed"
  echo
  if [ -s "$work/review.md" ]; then
    cat "$work/review.md"
  elif [ "$worst" -eq 0 ]; then
    echo '### tierwall: checks passed; there is no base to compare with'
  fi
}

# Cuts at a line, and closes what is open there. Bytes are counted, of which there are never fewer than characters.
shortened() {
  LC_ALL=C awk -v most="$most" '
    (bytes += length($0) + 1) > most { cut = 1; exit }
    { print }
    fence == "" && match($0, /^```+/) { fence = substr($0, 1, RLENGTH); next }
    fence != "" { if ($0 == fence) fence = ""; next }
    /^<details>/ { open++ }
    /^<\/details>/ { open-- }
    END {
      if (!cut) exit
      if (fence != "") print fence
      while (open-- > 0) print "\n</details>"
      print "\nThe rest is too long for a comment; see the job log."
    }'
}

layout
problems
outputs
compare
write_comment | shortened >"$comment" || step 2
exit "$worst"
