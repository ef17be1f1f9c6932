"""A provider of models that speaks the OpenAI interface and answers as a test says. On a free port of the loopback interface."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer:
    """What the provider gives to one request."""

    def __init__(self, text="", calls=(), status=200, error=None, headers=None, usage=None, hang=False, cut_after=None, whole=False,
                 finish=None, stall_after=None, drip=False):
        self.text, self.calls, self.status, self.error = text, list(calls), status, error
        self.headers, self.hang, self.cut_after, self.whole = headers or {}, hang, cut_after, whole
        # After so many pieces silence, without an end; or the head and then comments for ever.
        self.stall_after, self.drip = stall_after, drip
        self.usage = usage or {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        self.finish = finish or ("tool_calls" if self.calls else "stop")


def call(name, /, **arguments):
    """A call of a tool."""
    return {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


class ModelServer:
    """`answer` gets the request's body and gives an Answer (or a text). `keep`: connections stay open after an answer that ended.
    `tls`: the files of its certificate and its key."""

    def __init__(self, answer, keep=False, tls=None):
        self.answer, self.keep = answer, keep
        self.requests, self.headers = [], []
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                outer.serve(self)

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

        self.server = Listener(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def serve(self, handler):
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self.lock:
            self.requests.append(body)
            self.headers.append(dict(handler.headers))
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            answer = self.answer(body)
            if isinstance(answer, str):
                answer = Answer(answer)
            self.send(handler, body, answer)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with self.lock:
                self.now -= 1

    def send(self, handler, body, answer):
        handler.close_connection = not self.keep or answer.cut_after is not None
        if answer.hang:
            self.released.wait(60)
            return
        if answer.status != 200:
            self.whole(handler, answer.status, {"error": answer.error or {"message": "refused"}}, answer.headers)
        elif answer.whole or not body.get("stream"):
            message = {"role": "assistant", "content": answer.text, **({"tool_calls": answer.calls} if answer.calls else {})}
            self.whole(handler, 200, {"id": "x", "object": "chat.completion", "model": body.get("model"), "usage": answer.usage,
                                      "choices": [{"index": 0, "message": message, "finish_reason": answer.finish}]}, answer.headers)
        else:
            self.pieces(handler, answer)

    def drip(self, handler):
        raw = b": still here\n\n"
        while not self.released.wait(0.02):
            handler.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")

    @staticmethod
    def whole(handler, status, body, headers):
        data = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), "Connection": "close", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def pieces(self, handler, answer):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        if answer.drip:
            return self.drip(handler)

        def write(data):
            raw = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
            handler.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")

        deltas = [{"role": "assistant"}]
        deltas += [{"content": answer.text[i:i + 4]} for i in range(0, len(answer.text), 4)]
        for index, one in enumerate(answer.calls):
            half = len(one["function"]["arguments"]) // 2
            deltas.append({"tool_calls": [{"index": index, "id": one["id"], "type": "function",
                                           "function": {"name": one["function"]["name"],
                                                        "arguments": one["function"]["arguments"][:half]}}]})
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": one["function"]["arguments"][half:]}}]})
        for number, delta in enumerate(deltas):
            if answer.cut_after is not None and number >= answer.cut_after:
                return
            if answer.stall_after is not None and number >= answer.stall_after:
                self.released.wait(60)
                return
            write({"choices": [{"index": 0, "delta": delta}]})
        write({"choices": [{"index": 0, "delta": {}, "finish_reason": answer.finish}]})
        write({"choices": [], "usage": answer.usage})
        write("[DONE]")
        handler.wfile.write(b"0\r\n\r\n")

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
