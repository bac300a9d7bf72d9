#!/bin/sh
# Comments on a pull request with what `review.sh` wrote: the same comment again when it is run again.
#
#   GH_TOKEN           whose comment it is
#   GITHUB_REPOSITORY  OWNER/NAME
#   NUMBER             the pull request
#   TIERWALL_COMMENT   the file
#
# A token that may not comment, as that of a pull request from a fork, is no failure: the summary of the job has it too.
set -u

# the ids and the first lines of what this token wrote there
# shellcheck disable=SC2016 # the variables are those of GraphQL
ours() {
  gh api graphql --paginate -F number="$NUMBER" -F owner="${GITHUB_REPOSITORY%%/*}" -F name="${GITHUB_REPOSITORY#*/}" \
    -f query='query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) {
        comments(first: 100, after: $endCursor) {
          nodes { databaseId viewerDidAuthor body }
          pageInfo { hasNextPage endCursor }
        }
      } }
    }' \
    --jq '.data.repository.pullRequest.comments.nodes[] | select(.viewerDidAuthor)
      | "\(.databaseId) \(.body | split("\n")[0] | rtrimstr("\r"))"'
}

refused() {
  echo "::notice title=tierwall::cannot write a comment; the review is in the job summary"
  exit 0
}

mark=$(sed -n 1p "$TIERWALL_COMMENT")
found=$(ours) || refused
id=$(printf '%s\n' "$found" | awk -v mark="$mark" '{ id = $1; sub(/^[^ ]* /, "") } $0 == mark { print id; exit }')
comments=repos/$GITHUB_REPOSITORY/issues
if [ -n "$id" ]; then
  gh api --silent --method PATCH "$comments/comments/$id" -F body=@"$TIERWALL_COMMENT" || refused
elif [ "$(sed -n 2p "$TIERWALL_COMMENT")" != '<!-- nothing to tell -->' ]; then
  gh api --silent --method POST "$comments/$NUMBER/comments" -F body=@"$TIERWALL_COMMENT" || refused
fi
