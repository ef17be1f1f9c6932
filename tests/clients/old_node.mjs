// The conformance program names a function of fs that Node 20 does not have, and that its client scenarios never call.
import { register } from "node:module";

const code = (text) => "data:text/javascript," + encodeURIComponent(text);
const fs = code(`export * from "node:fs"; export { default } from "node:fs"; export function globSync() { throw new Error("unused"); }`);
register(code(`export async function resolve(name, context, next) {
  return name === "fs" ? { url: ${JSON.stringify(fs)}, shortCircuit: true } : next(name, context);
}`));
