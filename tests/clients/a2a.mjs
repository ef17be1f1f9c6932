// The official client of the A2A protocol against a real server: BASE_URL names it, A2A_TOKEN opens it, HOOK_URL takes notifications.
import assert from "node:assert/strict";
import {
  AgentCardResolver,
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from "@a2a-js/sdk/client";
import { TaskNotCancelableError, TaskNotFoundError, UnsupportedOperationError, ContentTypeNotSupportedError } from "@a2a-js/sdk/errors";
import { Role, TaskState } from "@a2a-js/sdk";

const authorized = (address, request = {}) =>
  fetch(address, { ...request, headers: { ...request.headers, Authorization: `Bearer ${process.env.A2A_TOKEN}` } });
const legacyCompat = { enabled: true };
const card = await new DefaultAgentCardResolver({ legacyCompat }).resolve(process.env.BASE_URL);
assert.equal(card.supportedInterfaces.length, 4);
assert.ok(AgentCardResolver.default);

/** A client of one binding in one version. */
async function clientOf(binding, version) {
  const options = { fetchImpl: authorized, legacyCompat };
  const transports = [new JsonRpcTransportFactory(options), new RestTransportFactory(options)];
  const factory = new ClientFactory({ transports });
  const ways = card.supportedInterfaces.filter((one) => one.protocolBinding === binding && one.protocolVersion === version);
  assert.equal(ways.length, 1);
  const client = await factory.createFromAgentCard({ ...card, supportedInterfaces: ways });
  assert.equal(client.protocolVersion, version);
  return client;
}

let count = 0;
const part = (text) => ({ content: { $case: "text", value: text }, metadata: undefined, filename: "", mediaType: "" });
const message = (text, more = {}) => ({
  messageId: `message-${++count}`, contextId: "", taskId: "", role: Role.ROLE_USER, parts: [part(text)], metadata: undefined,
  extensions: [],
  referenceTaskIds: [], ...more,
});
const request = (text, more = {}, configuration = undefined) => ({
  tenant: "", message: message(text, more), configuration, metadata: undefined,
});
const configuration = (more) => ({
  acceptedOutputModes: [], taskPushNotificationConfig: undefined, historyLength: undefined, returnImmediately: false, ...more,
});
const textOf = (parts) => parts.map((one) => one.content.value).join("");
const answerOf = (task) => textOf(task.artifacts.flatMap((one) => one.parts));

async function refused(kind, call) {
  const error = await call.then(
    () => assert.fail("this should have been refused"),
    (caught) => caught,
  );
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
}

async function everything(binding, version) {
  const client = await clientOf(binding, version);
  assert.equal((await client.getAgentCard()).name, card.name);

  const first = await client.sendMessage(request("/echo good morning"));
  assert.equal(first.status.state, TaskState.TASK_STATE_COMPLETED);
  assert.equal(answerOf(first), "good morning");
  const got = await client.getTask({ tenant: "", id: first.id, historyLength: undefined });
  assert.equal(got.contextId, first.contextId);
  assert.equal(textOf(got.history[0].parts), "/echo good morning");
  const second = await client.sendMessage(request("/echo again", { contextId: first.contextId }));
  assert.equal(second.contextId, first.contextId);
  await refused(UnsupportedOperationError, client.sendMessage(request("more", { taskId: first.id })));
  await refused(TaskNotFoundError, client.getTask({ tenant: "", id: "none", historyLength: undefined }));
  await refused(TaskNotCancelableError, client.cancelTask({ tenant: "", id: first.id, metadata: undefined }));

  const events = [];
  for await (const event of client.sendMessageStream(request("/echo in pieces"))) events.push(event.payload);
  assert.equal(events[0].$case, "task");
  assert.equal(events.at(-1).$case, "statusUpdate");
  assert.equal(events.at(-1).value.status.state, TaskState.TASK_STATE_COMPLETED);
  const pieces = events.filter((event) => event.$case === "artifactUpdate").map((event) => event.value);
  assert.equal(textOf(pieces.flatMap((piece) => piece.artifact.parts)), "in pieces");
  assert.ok(pieces.at(-1).lastChunk);

  const slow = await client.sendMessage(request("/sleep 1h", {}, configuration({ returnImmediately: true })));
  const followed = [];
  const follow = (async () => {
    for await (const event of client.resubscribeTask({ tenant: "", id: slow.id })) followed.push(event.payload);
  })();
  while (followed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const canceled = await client.cancelTask({ tenant: "", id: slow.id, metadata: undefined });
  assert.equal(canceled.status.state, TaskState.TASK_STATE_CANCELED);
  await follow;
  assert.equal(followed[0].$case, "task");
  assert.equal(followed.at(-1).value.status.state, TaskState.TASK_STATE_CANCELED);

  const hook = { tenant: "", id: "hook", taskId: first.id, url: process.env.HOOK_URL, token: "", authentication: undefined };
  const made = await client.createTaskPushNotificationConfig(hook);
  assert.equal(made.url, process.env.HOOK_URL);
  const wanted = { tenant: "", taskId: first.id, id: "hook" };
  assert.equal((await client.getTaskPushNotificationConfig(wanted)).id, "hook");
  const listed = await client.listTaskPushNotificationConfig({ tenant: "", taskId: first.id, pageSize: 0, pageToken: "" });
  assert.deepEqual(listed.configs.map((one) => one.id), ["hook"]);
  await client.deleteTaskPushNotificationConfig(wanted);
  await refused(TaskNotFoundError, client.getTaskPushNotificationConfig(wanted));
  const told = configuration({ taskPushNotificationConfig: { ...hook, taskId: "", token: `${binding} ${version}`.replaceAll(" ", "-") } });
  const done = await client.sendMessage(request("/echo told", {}, told));
  assert.equal(done.status.state, TaskState.TASK_STATE_COMPLETED);

  if (version !== "1.0") return;
  const page = await client.listTasks({ tenant: "", contextId: first.contextId, status: TaskState.TASK_STATE_UNSPECIFIED,
    pageSize: 1, pageToken: "", historyLength: 0, statusTimestampAfter: undefined, includeArtifacts: true });
  assert.deepEqual([page.tasks.map((task) => task.id), page.totalSize], [[second.id], 2]);
  assert.ok(page.nextPageToken);
  assert.equal(answerOf(page.tasks[0]), "again");
  const content = { $case: "raw", value: Buffer.from("x") };
  const file = { content, metadata: undefined, filename: "x.bin", mediaType: "application/octet-stream" };
  await refused(ContentTypeNotSupportedError, client.sendMessage(request("", { parts: [file] })));
}

for (const version of ["1.0", "0.3"])
  for (const binding of ["JSONRPC", "HTTP+JSON"]) {
    await everything(binding, version);
    console.log(`${binding} ${version} is well`);
  }
