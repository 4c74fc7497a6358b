// The page of a load that runs: the server sends what stands in it, once a second.

const main = document.querySelector("main");
const events = new EventSource("/events");

events.addEventListener("message", ({ data }) => {
  main.innerHTML = JSON.parse(data);
});

// The browser tries again by itself; a load that has ended is not there any more.
events.addEventListener("error", () => {
  document.querySelector("#state").textContent = "The connection is lost: has it been ended?";
});
