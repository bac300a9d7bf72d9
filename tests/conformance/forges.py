"""What stands in for GitHub and GitLab: as much of either as the comments of the recipes need."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

# A `gh` that keeps the comments of one pull request in the file `COMMENTS`, after one of somebody else's.
GH = r"""
import json, os, subprocess, sys

arguments = sys.argv[1:]
if os.environ.get("GH_TOKEN") != "secret" or arguments.pop(0) != "api":
    sys.exit("HTTP 403: Resource not accessible by integration")
file = os.environ["COMMENTS"]
bodies = json.load(open(file))

def option(name):
    return arguments[arguments.index(name) + 1] if name in arguments else None

fields = [arguments[n + 1] for n, word in enumerate(arguments) if word in ("-F", "-f")]
fields = dict(field.split("=", 1) for field in fields)
if arguments[0] == "graphql":
    assert (fields["owner"], fields["name"], fields["number"]) == ("OWNER", "shop", "7"), fields
    nodes = [{"databaseId": n + 100, "viewerDidAuthor": True, "body": body} for n, body in enumerate(bodies)]
    fake = {"databaseId": 1, "viewerDidAuthor": False, "body": "<!-- tierwall: review of . -->\nall is well"}
    answer = {"data": {"repository": {"pullRequest": {"comments": {"nodes": [fake, *nodes]}}}}}
    sys.exit(subprocess.run(["jq", "-r", option("--jq")], input=json.dumps(answer), text=True).returncode)
[path] = [word for word in arguments if word.startswith("repos/")]
body = open(fields["body"].removeprefix("@")).read()
if option("--method") == "POST" and path == "repos/OWNER/shop/issues/7/comments":
    bodies.append(body)
elif option("--method") == "PATCH" and path.startswith("repos/OWNER/shop/issues/comments/"):
    bodies[int(path.rsplit("/", 1)[1]) - 100] = body
else:
    sys.exit(f"HTTP 404: {arguments}")
json.dump(bodies, open(file, "w"))
"""

ME, SOMEBODY = {"id": 5}, {"id": 6}
MARK = "<!-- tierwall: review of . -->\nby somebody else"


class GitLab:
    """The notes of one merge request behind a port that the system picks, for a token."""

    def __init__(self, token):
        self.token = token
        self.notes = [{"id": n, "author": SOMEBODY, "body": MARK} for n in range(1, 131)]
        notes, path = self.notes, "/projects/1/merge_requests/2/notes"

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def answer(self, code, value):
                body = json.dumps(value).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle_any(self):
                length = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(length).decode())
                url = urlparse(self.path)
                query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
                if self.headers.get("PRIVATE-TOKEN") != token:
                    self.answer(401, {"message": "401 Unauthorized"})
                elif (self.command, url.path) == ("GET", "/user"):
                    self.answer(200, ME)
                elif (self.command, url.path) == ("GET", path):
                    start = (query["page"] - 1) * query["per_page"]
                    self.answer(200, notes[start : start + query["per_page"]])
                elif (self.command, url.path) == ("POST", path):
                    notes.append({"id": len(notes) + 1, "author": ME, "body": form["body"][0]})
                    self.answer(201, notes[-1])
                elif self.command == "PUT" and url.path.startswith(path + "/"):
                    note = notes[int(url.path.rsplit("/", 1)[1]) - 1]
                    note["body"] = form["body"][0]
                    self.answer(200, note)
                else:
                    self.answer(404, {"message": "404 Not Found"})

            do_GET = do_POST = do_PUT = handle_any

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised):
        self._server.shutdown()
        self._server.server_close()

    def ours(self):
        """What was written with the token."""
        return [note["body"] for note in self.notes if note["author"] == ME]

    def others_untouched(self):
        """Whether what somebody else wrote is as it was."""
        return all(note["body"] == MARK for note in self.notes if note["author"] == SOMEBODY)
