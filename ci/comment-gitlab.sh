#!/bin/sh
# Comments on a merge request with what `review.sh` wrote: the same comment again when it is run again. Needs curl, jq.
#
#   TIERWALL_TOKEN    a project's access token with the scope `api`; without one there is no comment
#   TIERWALL_COMMENT  the file
#   CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID  as GitLab sets them
set -u

if [ -z "${TIERWALL_TOKEN:-}" ]; then
  echo "no comment: TIERWALL_TOKEN is not set; the review is in the job artifacts"
  exit 0
fi

# call METHOD PATH [ARGUMENT]...: what the API answers. The token is on no command line.
call() {
  method=$1 path=$2
  shift 2
  printf 'header = "PRIVATE-TOKEN: %s"\n' "$TIERWALL_TOKEN" |
    curl --config - --fail --silent --show-error --request "$method" "$@" "$CI_API_V4_URL/$path"
}

refused() {
  echo "cannot write a comment; the review is in the job artifacts" >&2
  exit 0
}

notes=projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
mark=$(sed -n 1p "$TIERWALL_COMMENT")

# the id of our comment, if there is one; a hundred a page
find_note() {
  page=1
  while :; do
    found=$(call GET "$notes?per_page=100&page=$page") || return
    printf %s "$found" | jq -r --argjson me "$1" --arg mark "$mark" \
      'map(select(.author.id == $me and (.body | split("\n")[0] == $mark)))[0].id // empty'
    [ "$(printf %s "$found" | jq length)" -eq 100 ] || return 0
    page=$((page + 1))
  done
}

me=$(call GET user | jq -e .id) || refused
ids=$(find_note "$me") || refused
id=$(printf '%s\n' "$ids" | sed -n 1p)
if [ -n "$id" ]; then
  call PUT "$notes/$id" --output /dev/null --data-urlencode "body@$TIERWALL_COMMENT" || refused
elif [ "$(sed -n 2p "$TIERWALL_COMMENT")" != '<!-- nothing to tell -->' ]; then
  call POST "$notes" --output /dev/null --data-urlencode "body@$TIERWALL_COMMENT" || refused
fi
