"""Takes whatever is posted to it and says it on standard output: where tasksd sends traces and errors to."""
import http.server


class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.path, self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
    print(f"PORT={server.server_address[1]}", flush=True)
    server.serve_forever()
