"""A port in front of another one, that counts connections: plain ones, or TLS whose certificate it holds."""

import socket
import ssl
import subprocess
import threading


def certificate(home, name="localhost"):
    """(certificate, key) of an authority that is its own."""
    made, key = home.file("front.pem"), home.file("front.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                    made, "-days", "2", "-subj", "/CN=" + name, "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"], check=True,
                   capture_output=True)
    return made, key


class Front:
    """`connections`: for each of them whether it resumed a session of TLS."""

    def __init__(self, port, files=None):
        self.port, self.connections, self.context = port, [], None
        if files:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*files)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.url = ("https://" if files else "http://") + self.host
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        try:
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            self.connections.append(bool(self.context and client.session_reused))
            with client, socket.create_connection(("127.0.0.1", self.port)) as behind:
                back = threading.Thread(target=self.pump, args=(behind, client), daemon=True)
                back.start()
                self.pump(client, behind)
                back.join()
        except OSError:
            pass

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        try:
            target.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
