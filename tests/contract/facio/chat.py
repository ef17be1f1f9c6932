"""Good and bad input of the chat area."""


def said(*messages, **more):
    return {"messages": [{"role": "user", "content": content} if not isinstance(content, dict) else content for content in messages],
            **more}


BODIES = {"chat.send": said("/echo hello", session_id="contract")}
REFUSED = {
    "chat.send": [said(), said("one", "two"), said({"role": "system", "content": "be short"}, "hello"),
                  said({"role": "system", "content": "be short"}),
                  said("hello", stream=True), said("hello", stream="yes"), said("hello", n=2), said("hello", model="another-model"),
                  said(" "), said(""), said([]),
                  said([{"type": "text"}]), said([{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]), said(["hello"]),
                  said({"role": "user", "content": None}),
                  said("hello", session_id=" "), said("hello", session_id="x" * 201), said("hello", session_id="a\nb")],
}
