"use strict";
(() => {
    const data = JSON.parse(document.getElementById("data").textContent), words = data.words;
    const CLASS = 0, NAME = 1, STATUS = 2, REASON = 3, FS = 4, HOST = 5, ELAPSED = 6, ELAPSED_TEXT = 7, TIME = 8,
        TIME_TEXT = 9, SIZE = 10, NEWEST = 11, VALUES = 12, DETAILS = 13;
    const ROWS = 100, PANELS = 60, FILTERS = 8, FILTER_VALUES = 200;
    const byId = id => document.getElementById(id);
    const collator = new Intl.Collator("en", { numeric: true });

    // An element with attributes (a function: a listener of clicks) and children, texts or elements.
    function make(name, attributes, ...children) {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(attributes || {}))
            if (typeof value === "function") element.addEventListener("click", value);
            else if (value !== null) element.setAttribute(key, value);
        element.append(...children);
        return element;
    }
    const cut = (text, most) => text.length > most ? text.slice(0, most) + "…" : text;
    const valueOf = (run, variable) => run[VALUES][variable] || 0;
    const idOf = run => words[run[DETAILS][1]];

    // What is chosen stands in the address, so that it survives a reload and can be sent to someone.
    const state = { q: "", status: "", sort: "", page: 0, open: new Set(), values: new Map(), axes: data.axes };

    function readState() {
        const given = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
        state.q = given.get("q") || "";
        state.status = given.get("status") || "";
        state.sort = given.get("sort") || "";
        state.page = Number(given.get("page")) || 0;
        state.open = new Set(given.getAll("run"));
        state.values = new Map();
        data.variables.forEach(([name], at) => {
            if (given.has("var." + words[name])) state.values.set(at, given.get("var." + words[name]));
        });
        const axis = (key, otherwise) => {
            const at = data.variables.findIndex(([name]) => words[name] === given.get(key));
            return at < 0 ? otherwise : at;
        };
        state.axes = [axis("rows", data.axes[0]), axis("columns", data.axes[1])];
    }

    function writeState() {
        const kept = new URLSearchParams();
        for (const key of ["q", "status", "sort", "page"]) if (state[key]) kept.set(key, state[key]);
        for (const [at, value] of state.values) kept.set("var." + words[data.variables[at][0]], value);
        for (const id of state.open) kept.append("run", id);
        ["rows", "columns"].forEach((key, i) => {
            if (state.axes[i] !== data.axes[i]) kept.set(key, words[data.variables[state.axes[i]][0]]);
        });
        history.replaceState(null, "", String(kept) ? "#" + kept : "#=");
    }

    // ---- the runs

    const columns = [
        { key: "name", word: NAME }, { key: "status", word: STATUS }, { key: "reason", word: REASON },
        ...data.columns.map(at => ({ key: "var." + words[data.variables[at][0]], variable: at })),
        { key: "elapsed", number: ELAPSED },
        { key: "time", number: TIME }, { key: "size", number: SIZE }];

    // Each word is looked at once for each term: a run matches if one of its words does.
    function search(runs) {
        for (const term of state.q.toLowerCase().split(/\s+/).filter(Boolean)) {
            const hits = words.map(word => word.toLowerCase().includes(term));
            runs = runs.filter(run => hits[run[NAME]] || hits[run[STATUS]] || hits[run[REASON]] || hits[run[HOST]] ||
                run[VALUES].some(value => hits[value]) || run[DETAILS].some((detail, i) => i % 2 && hits[detail]));
        }
        return runs;
    }

    function sorted(runs) {
        const down = state.sort.startsWith("-"), column = columns.find(one => one.key === state.sort.replace(/^-/, ""));
        if (!column) return runs;
        const textOf = run => words["variable" in column ? valueOf(run, column.variable) : run[column.word]];
        const compare = column.number ? (a, b) => a[column.number] - b[column.number]
            : (a, b) => collator.compare(textOf(a), textOf(b));
        return runs.slice().sort((a, b) => down ? compare(b, a) : compare(a, b));
    }

    function chosenRuns() {
        let runs = data.runs;
        if (state.status) runs = runs.filter(run => words[run[STATUS]] === state.status);
        for (const [at, value] of state.values) runs = runs.filter(run => words[valueOf(run, at)] === value);
        return sorted(search(runs));
    }

    function sizeText(bytes) {
        const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        let unit = 0;
        for (; bytes >= 1024 && unit < 4; unit++) bytes /= 1024;
        return bytes < 0 ? "" : bytes.toFixed(unit ? 1 : 0) + " " + units[unit];
    }

    function detailRow(run, id) {
        const list = make("dl");
        for (let i = 0; i + 1 < run[DETAILS].length; i += 2)
            list.append(make("div", null, make("dt", null, words[run[DETAILS][i]]),
                make("dd", null, words[run[DETAILS][i + 1]])));
        return make("tr", { id }, make("td", { class: "detail", colspan: columns.length }, list));
    }

    function addRow(body, run, number) {
        const id = "detail-" + number, open = state.open.has(idOf(run));
        const toggle = () => {
            if (!state.open.delete(idOf(run))) state.open.add(idOf(run));
            writeState();
            const shown = state.open.has(idOf(run));
            button.setAttribute("aria-expanded", shown);
            if (shown) row.after(detailRow(run, id));
            else byId(id).remove();
        };
        const button = make("button", { type: "button", "aria-expanded": open, id: "run-" + number, toggle },
            cut(words[run[NAME]], 200) || "unnamed");
        const cell = (text, name) => make("td", { class: name || null }, cut(text, 100));
        const row = make("tr", null, make("th", { scope: "row" }, button),
            make("td", null, make("span", { class: "status " + run[CLASS] }, cut(words[run[STATUS]], 100))),
            cell(words[run[REASON]]), ...data.columns.map(at => cell(words[valueOf(run, at)])),
            cell(words[run[ELAPSED_TEXT]], "number"), cell(words[run[TIME_TEXT]], "number"),
            cell(sizeText(run[SIZE]), "number"));
        body.append(row);
        if (open) body.append(detailRow(run, id));
    }

    function showRuns() {
        const runs = chosenRuns(), pages = Math.max(1, Math.ceil(runs.length / ROWS)), body = byId("rows");
        state.page = Math.min(Math.max(state.page, 0), pages - 1);
        body.replaceChildren();
        runs.slice(state.page * ROWS, (state.page + 1) * ROWS).forEach((run, i) => addRow(body, run, i));
        byId("count").textContent = (runs.length < data.runs.length ? runs.length + " of " : "") +
            data.runs.length + " runs";
        byId("pages").hidden = pages === 1;
        byId("page").textContent = `Page ${state.page + 1} of ${pages}`;
        byId("before").disabled = state.page === 0;
        byId("after").disabled = state.page === pages - 1;
        document.querySelectorAll("#table thead th").forEach((head, i) => {
            const key = columns[i].key;
            if (state.sort.replace(/^-/, "") !== key) head.removeAttribute("aria-sort");
            else head.setAttribute("aria-sort", state.sort.startsWith("-") ? "descending" : "ascending");
        });
    }

    const changed = page => {
        state.page = page || 0;
        showRuns();
        writeState();
    };

    function prepareHeads() {
        document.querySelectorAll("#table thead th").forEach((head, i) => {
            const key = columns[i].key, first = columns[i].number ? "-" : "";
            const sort = () => {
                state.sort = state.sort === first + key ? (first ? key : "-" + key) : first + key;
                changed();
            };
            head.replaceChildren(make("button", { type: "button", id: "sort-" + i, sort }, head.textContent));
        });
    }

    // ---- the filters

    function fillSelect(select, options, chosen) {
        select.replaceChildren(...options.map(([value, text]) => make("option", { value }, cut(text, 80))));
        select.value = chosen;
    }

    function showFilters() {
        const statuses = [...new Set(data.runs.map(run => words[run[STATUS]]))].sort(), variables = byId("variables");
        byId("search").value = state.q;
        fillSelect(byId("status"), [["", "any"], ...statuses.map(word => [word, word])], state.status);
        variables.replaceChildren();
        data.variables.map(([name, values], at) => ({ name: words[name], values, at }))
            .filter(({ values, at }) => state.values.has(at) || (values.length > 1 && values.length <= FILTER_VALUES))
            .slice(0, FILTERS).forEach(({ name, values, at }) => {
                const select = make("select", { id: "variable-" + at });
                fillSelect(select, [["", "any"], ...values.map(value => [words[value], words[value]])],
                    state.values.get(at) || "");
                select.addEventListener("change", () => {
                    if (select.value) state.values.set(at, select.value);
                    else state.values.delete(at);
                    changed();
                });
                variables.append(make("label", null, cut(name, 40), select));
            });
    }

    function prepareFilters() {
        byId("filters").hidden = false;
        byId("filters").addEventListener("submit", event => event.preventDefault());
        byId("search").addEventListener("input", () => { state.q = byId("search").value; changed(); });
        byId("status").addEventListener("change", () => { state.status = byId("status").value; changed(); });
        byId("before").addEventListener("click", () => changed(state.page - 1));
        byId("after").addEventListener("click", () => changed(state.page + 1));
        byId("reset").addEventListener("click", event => {
            event.preventDefault();
            Object.assign(state, { q: "", status: "", sort: "", open: new Set(), values: new Map() });
            showFilters();
            changed();
        });
    }

    // ---- the matrix

    function cellOf(runs, pick) {
        if (!runs.length) return make("td", null, make("span", { class: "quiet" }, "none"));
        const good = runs.filter(run => run[CLASS] === "ok").length;
        const same = runs.every(run => run[CLASS] === runs[0][CLASS]), one = runs[0];
        const text = runs.length > 1 ? `${good}/${runs.length} ok` : good ? "ok"
            : cut(words[one[REASON] || one[STATUS]], 24);
        const show = () => {
            state.values = new Map(pick.filter(([, value]) => value).map(([at, value]) => [at, words[value]]));
            showFilters();
            changed();
            byId("runs").scrollIntoView();
        };
        return make("td", { class: same ? one[CLASS] : ["some", "half", "most"][Math.floor(good * 3 / runs.length)],
            "data-pick": "", title: "Show these runs", show }, text);
    }

    function panelOf(runs, caption, picked) {
        const [rows, across] = state.axes, nameOf = at => cut(words[data.variables[at][0]], 40);
        const values = across < 0 ? [0] : data.variables[across][1], cells = new Map();
        for (const run of runs) {
            const key = valueOf(run, rows) + "," + (across < 0 ? 0 : valueOf(run, across));
            if (!cells.has(key)) cells.set(key, []);
            cells.get(key).push(run);
        }
        const heads = values.map(value => make("th", { scope: "col" }, across < 0 ? "runs" : cut(words[value], 40)));
        const body = data.variables[rows][1].map(row => make("tr", null,
            make("th", { scope: "row" }, cut(words[row], 40)),
            ...values.map(value => cellOf(cells.get(row + "," + value) || [],
                [...picked, [rows, row], ...(across < 0 ? [] : [[across, value]])]))));
        return make("div", { class: "wide" }, make("table", { class: "matrix" }, make("caption", null, caption),
            make("thead", null, make("tr", null,
                make("td", null, nameOf(rows) + (across < 0 ? "" : " \\ " + nameOf(across))), ...heads)),
            make("tbody", null, ...body)));
    }

    function showMatrix() {
        const [rows, across] = state.axes, panels = new Map(), names = data.variables.map(([name]) => words[name]);
        const valuesOf = at => data.variables[at][1].length;
        let others = data.tables.filter(at => at !== rows && at !== across);
        while (others.reduce((tables, at) => tables * valuesOf(at), 1) > PANELS) {
            const most = Math.max(...others.map(valuesOf)), left = others.find(at => valuesOf(at) === most);
            others = others.filter(at => at !== left);
        }
        const rank = (run, at) => (data.variables[at][1].indexOf(valueOf(run, at)) + 1 || 999) + 1000;
        for (const run of data.runs) {
            if (!run[NEWEST] || !valueOf(run, rows) || (across >= 0 && !valueOf(run, across))) continue;
            const key = others.map(at => rank(run, at)).join();
            if (!panels.has(key)) panels.set(key, []);
            panels.get(key).push(run);
        }
        byId("panels").replaceChildren(...[...panels.keys()].sort().map(key => {
            const runs = panels.get(key), picked = others.map(at => [at, valueOf(runs[0], at)]);
            const caption = picked.map(([at, value]) =>
                cut(names[at], 40) + " " + (value ? cut(words[value], 60) : "(none)")).join(", ");
            return panelOf(runs, caption || names[rows] + (across < 0 ? "" : " by " + names[across]), picked);
        }));
    }

    function showAxes() {
        const options = data.variables.map(([name, values], at) => [at, words[name], values.length])
            .filter(([, , count]) => count > 1 && count <= 1000);
        byId("axes").hidden = options.length < 3;
        fillSelect(byId("axis-rows"), options, state.axes[0]);
        fillSelect(byId("axis-columns"), options, state.axes[1]);
    }

    function prepareAxes() {
        ["axis-rows", "axis-columns"].forEach((id, i) => byId(id).addEventListener("change", () => {
            const value = Number(byId(id).value);
            if (state.axes[1 - i] === value) state.axes = [state.axes[1], state.axes[0]];
            else state.axes = state.axes.map((axis, k) => k === i ? value : axis);
            showAxes();
            showMatrix();
            writeState();
        }));
    }

    // ---- figures: the title of the mark under the pointer, or that arrow keys choose, stands below

    function prepareFigure(svg, value) {
        let marks = null, chosen = -1;
        const choose = at => {
            if (chosen >= 0) marks[chosen].classList.remove("chosen");
            chosen = at;
            marks[at].classList.add("chosen");
            value.textContent = marks[at].querySelector("title").textContent;
        };
        const find = () => marks || (marks = [...svg.querySelectorAll("*")].filter(mark =>
            mark.querySelector(":scope > title")));
        value.hidden = false;
        svg.setAttribute("tabindex", "0");
        svg.addEventListener("pointerover", event => {
            const at = find().indexOf(event.target.closest("svg *"));
            if (at >= 0) choose(at);
        });
        svg.addEventListener("keydown", event => {
            const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (!step || !find().length) return;
            event.preventDefault();
            choose((chosen + step + marks.length) % marks.length);
        });
    }

    // ---- --watch: the page is read again, but not while someone uses it

    function keepFresh(seconds) {
        let used = 0;
        for (const event of ["keydown", "pointerdown", "wheel"])
            addEventListener(event, () => { used = Date.now(); }, { passive: true });
        setInterval(() => { if (Date.now() - used > 5000) location.reload(); }, 1000 * seconds);
    }

    function showAll() {
        readState();
        showFilters();
        showRuns();
        if (data.axes[0] < 0) return;
        showAxes();
        showMatrix();
    }

    prepareHeads();
    prepareFilters();
    if (data.axes[0] >= 0) prepareAxes();
    showAll();
    for (const svg of document.querySelectorAll("svg.timeline")) prepareFigure(svg, byId("timeline-value"));
    for (const svg of document.querySelectorAll(".stat svg, .graph svg"))
        prepareFigure(svg, svg.closest("figure").querySelector(".value"));
    addEventListener("hashchange", () => { if (location.hash.includes("=")) showAll(); });
    const refresh = document.querySelector("meta[name=refresh]");
    if (refresh) keepFresh(Number(refresh.content));
})();
