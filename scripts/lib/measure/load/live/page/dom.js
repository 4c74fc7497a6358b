/** What every part of the page does with its elements. */

/** @param {string} id @returns {any} the element of that name, of whatever kind it is */
export const element = (id) => document.getElementById(id);

/** Screen readers repeat a status when it is written, so it is written only when it changes. */
export function say(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

/**
 * Shows a table of texts in a box, and changes only what is another text: nothing that is read or marked jumps.
 * @param {string} id @param {string[][]} rows the first one is the head @param {(cell: string, column: number) => Node} [draw]
 */
export function fillTable(id, rows, draw) {
  const box = element(id);
  const [head = [], ...body] = rows;
  if (box.dataset.head !== head.join("|") || box.querySelectorAll("tbody tr").length !== body.length) {
    box.dataset.head = head.join("|");
    box.replaceChildren(emptyTable(head, body.length));
  }
  const cells = [...box.querySelectorAll("tbody tr")].map((row) => [...row.children]);
  for (const [index, row] of body.entries()) {
    for (const [column, text] of row.entries()) {
      const cell = cells[index][column];
      if (cell.dataset.text === text) continue;
      cell.dataset.text = text;
      cell.replaceChildren(draw?.(text, column, index) ?? text);
      cell.classList.toggle("number", column > 0 && /^[\d.,%×: –-]*$/.test(text));
    }
  }
}

function emptyTable(head, rows) {
  const table = document.createElement("table");
  const top = table.createTHead().insertRow();
  for (const name of head) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    top.append(cell);
  }
  const body = table.createTBody();
  for (let row = 0; row < rows; row++) {
    const line = body.insertRow();
    for (const [column] of head.entries()) {
      const cell = document.createElement(column === 0 ? "th" : "td");
      if (column === 0) cell.scope = "row";
      line.append(cell);
    }
  }
  return table;
}

/**
 * Shows charts, each below its title. One that is there already gets the new drawing, and keeps the focus.
 * @param {string} id @param {{ title: string, svg: string }[]} pictures
 */
export function drawCharts(id, pictures) {
  const box = element(id);
  const titles = pictures.map(({ title }) => title).join("|");
  if (box.dataset.titles !== titles) {
    box.dataset.titles = titles;
    box.replaceChildren(...pictures.map(emptyChart));
  }
  for (const [index, { svg }] of pictures.entries()) {
    const drawn = document.createElement("template");
    // The server's own drawing, in which names are escaped.
    drawn.innerHTML = svg;
    box.children[index].querySelector("figure").replaceChildren(drawn.content.querySelector("svg"));
  }
}

function emptyChart({ title }) {
  const chart = document.createElement("section");
  const name = document.createElement("h3");
  name.textContent = title;
  const figure = document.createElement("figure");
  figure.className = "wide";
  figure.tabIndex = 0;
  chart.append(name, figure);
  return chart;
}
