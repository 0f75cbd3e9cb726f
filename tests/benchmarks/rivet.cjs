// Has the receiver of @zoom/rivet take webhooks as its server would bring them, without sockets.
// Argument: the folder in which it is installed. For each line "N" it takes N, and says "done".

const { createRequire } = require("node:module");
const { createHmac } = require("node:crypto");
const { createInterface } = require("node:readline");
const { Readable } = require("node:stream");
const path = require("node:path");

const { HttpReceiver } = createRequire(path.join(path.resolve(process.argv[2]), "x.js"))(
  "@zoom/rivet/meetings");

const secret = "webhook-secret";
const receiver = new HttpReceiver({ webhooksSecretToken: secret, port: 0 });
let heard = 0;
receiver.init({ eventEmitter: { emit: async () => { ++heard; } }, interactiveAuth: undefined });

// The same for every N: the receiver keeps nothing of it.
const lines = createInterface({ input: process.stdin });
lines.once("line", async (body) => {
  const server = await receiver.start();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = "v0=" + createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const take = () => new Promise((resolve, reject) => {
    const request = Readable.from([Buffer.from(body)]);
    request.method = "POST";
    request.url = "/zoom/events";
    request.headers = {
      host: "localhost",
      "content-type": "application/json; charset=utf-8",
      "x-zm-request-timestamp": timestamp,
      "x-zm-signature": signature,
    };
    let status = 0;
    const answer = {
      setHeader() {},
      getHeader() {},
      writeHead(code) { status = code; return answer; },
      end(...rest) {
        const done = rest.find((one) => typeof one === "function");
        if (done) done();
        (status === 200 ? resolve : reject)(status);
      },
    };
    server.emit("request", request, answer);
  });
  console.log("ready");
  for await (const line of lines) {
    for (let i = Number(line); i > 0; --i) await take();
    console.log("done");
  }
  if (heard === 0) process.exit(1);
  process.exit(0);
});
