// The official client of the OpenAI interface against a real server: BASE_URL names it, the answers' sessions go to standard output.
import assert from "node:assert/strict";
import OpenAI, { APIError, BadRequestError, NotFoundError } from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "none is needed" });

const user = (content) => ({ role: "user", content });
const ask = (messages, more = {}) => client.chat.completions.create({ model, messages, ...more });

/** The failure of a call that must fail, of this class, about this parameter. */
async function refused(kind, param, call) {
  const error = await call.then(
    () => assert.fail("this should have been refused"),
    (caught) => caught,
  );
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.param ?? undefined, param);
  assert.ok(error.message.length > 10, error.message);
  assert.ok(error.requestID);
  return error;
}

const models = [];
for await (const one of client.models.list()) models.push(one);
assert.equal(models.length, 1);
assert.equal(models[0].object, "model");
assert.ok(models[0].created > 1.7e9);
const model = models[0].id;

const first = await ask([user("/echo good morning")], { session_id: "client" });
assert.equal(first.object, "chat.completion");
assert.match(first.id, /^chatcmpl-[0-9a-f]+$/);
assert.equal(first.model, model);
assert.equal(first.choices.length, 1);
assert.equal(first.choices[0].finish_reason, "stop");
assert.equal(first.choices[0].message.role, "assistant");
assert.equal(first.choices[0].message.content, "good morning");
assert.equal(first.usage.total_tokens, first.usage.prompt_tokens + first.usage.completion_tokens);
assert.ok(Math.abs(first.created - Date.now() / 1000) < 300);

const second = await ask([user([{ type: "text", text: "/echo in" }, { type: "text", text: "parts" }])], { session_id: "client" });
assert.match(second.choices[0].message.content, /^in\s+parts$/);
assert.notEqual(second.id, first.id);

const own = await ask([user("/echo to the default session")], { model: "facio" });
assert.equal(own.choices[0].message.content, "to the default session");

const streamed = await refused(BadRequestError, "stream", ask([user("hello")], { stream: true }));
assert.equal(streamed.status, 400);
assert.equal(streamed.type, "invalid_request_error");
assert.equal(streamed.code, "bad_request");
await refused(BadRequestError, "messages", ask([user("one"), user("two")]));
await refused(BadRequestError, "messages", ask([{ role: "system", content: "be short" }, user("hello")]));
await refused(BadRequestError, "messages[0].role", ask([{ role: "assistant", content: "hello" }]));
await refused(BadRequestError, "model", ask([user("hello")], { model: "another-model" }));
const picture = { type: "image_url", image_url: { url: "https://a.example/b.png" } };
await refused(BadRequestError, "messages[0].content[0].type", ask([user([picture])]));
await refused(NotFoundError, undefined, client.embeddings.create({ model, input: "x" }));

assert.deepEqual(await client.models.retrieve(model), models[0]);
await refused(NotFoundError, "model", client.models.retrieve("another/model"));
const tool = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
await refused(BadRequestError, "tools", ask([user("hello")], { tools: [tool] }));
await refused(BadRequestError, "tool_choice", ask([user("hello")], { tool_choice: "required" }));
await refused(BadRequestError, "response_format", ask([user("hello")], { response_format: { type: "json_object" } }));
await refused(BadRequestError, "logprobs", ask([user("hello")], { logprobs: true }));
await refused(BadRequestError, "messages[0].role", ask([{ role: "developer", content: "be short" }]));

// The client tries some failures again by itself, but none with this status: the message is in the history already.
const failed = await refused(APIError, undefined, ask([user("/fail on purpose")], { session_id: "failing" }));
assert.equal(failed.status, 424);
assert.equal(failed.type, "server_error");
assert.match(failed.message, /on purpose/);
console.log("all is well");
