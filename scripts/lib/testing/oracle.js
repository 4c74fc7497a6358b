// A generator that sends nothing: it writes the samples that a counter of a known capacity would have given, so that what
// is made of them can be held against what is known. The capacity, in requests a second, is the path of the plan's url;
// after a slash may follow how many replicas share it.

const { url, model, from, stages } = JSON.parse(process.env.LOAD_PLAN);
const [, capacity = "", replicas = "1"] = new URL(url).pathname.split("/");
const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
// 300 users who think 1.25 s ask for so many; an open model for what it says.
const rate = model === "open" ? from : 240;
const begun = Date.now();
for (let index = 0; index < rate * seconds; index++) {
  const due = index / rate;
  // Served one after the other: the queue grows by what comes faster than it goes.
  const queue = Math.max(0, index / Number(capacity) - due);
  const latency = Math.round((0.002 + queue) * 1e6 + (index % 100) * 10);
  const replica = `app.${(index % Number(replicas)) + 1}`;
  const connect = index < 50 ? 300 : 0;
  console.log(`~${Math.round(begun + due * 1000)},read,200,${latency},100,${connect},${replica},7,`);
}
console.log('~end {"dropped":0}');
