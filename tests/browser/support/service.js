// The real service, run by `cargo local` on free ports in the copy of the workspace.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";

import { until } from "./until.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
/** The first start builds the functions. */
const BUILD_SECONDS = 900;

export class Service {
  #process;
  #said = "";

  /** Starts it; `options` are those of `cargo local`. */
  static async start(...options) {
    const service = new Service();
    await service.#start(options);
    return service;
  }

  async #start(options) {
    assert.ok(process.env.WORKSPACE, "WORKSPACE names a copy of the workspace: tests/browser/run makes one");
    const target = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
    const ports = ["--port", "--dynamodb-port"].filter((name) => !options.includes(name)).flatMap((name) => [name, "0"]);
    this.#process = spawn(path.join(target, "debug/cargo-local"), ["--ephemeral", ...ports, ...options], {
      cwd: process.env.WORKSPACE,
      env: { ...process.env, CARGO_TARGET_DIR: target },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const pipe of [this.#process.stdout, this.#process.stderr]) pipe.on("data", (data) => (this.#said += data));
    const isRunning = () => this.#process.exitCode === null;
    await until("`cargo local` serves", () => /^ {2}Stop /m.test(this.#said) || !isRunning(), BUILD_SECONDS);
    assert.ok(isRunning(), this.#said);
    const address = (part) => new RegExp(`^ {2}${part} +(http\\S+)`, "m").exec(this.#said)?.[1];
    this.api = address("API");
    this.sqs = address("SQS");
    this.database = address("DynamoDB");
  }

  /** With its functions, as a person does it. */
  async stop() {
    if (!this.#process?.kill("SIGINT")) return;
    await new Promise((resolve) => this.#process.once("close", resolve));
  }

  async post(route, body, headers = {}) {
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
    return fetch(`${this.api}${route}`, init);
  }

  /** Books the resource, an hour of tomorrow. The answer has the request's id. */
  async book(resource, more = {}) {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const wanted = { user_id: "alice", resource_id: resource, start_time: `${day}T10:00:00Z`, end_time: `${day}T11:00:00Z`, ...more };
    const answer = await this.post("/bookings", wanted);
    assert.equal(answer.status, 201);
    return { request: answer.headers.get("apigw-requestid"), booking: await answer.json() };
  }

  async json(route) {
    const answer = await fetch(`${this.api}${route}`);
    assert.equal(answer.status, 200, route);
    return answer.json();
  }

  /** Calls SQS, as an AWS SDK does: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
  async queue(operation, name, more = {}) {
    const { url } = (await this.json("/_local/queues")).find((queue) => queue.name === name);
    return call(this.sqs, `AmazonSQS.${operation}`, { QueueUrl: url, ...more });
  }

  /** Calls DynamoDB. */
  async dynamodb(operation, input) {
    return call(this.database, `DynamoDB_20120810.${operation}`, input);
  }
}

async function call(address, target, input) {
  const authorization = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local";
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": target, "x-amz-date": "20260101T000000Z", authorization };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(input) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}
