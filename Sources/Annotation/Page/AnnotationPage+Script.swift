// SPDX-License-Identifier: Apache-2.0

extension AnnotationPage {
    /// What all views share. What comes from a device is only ever set as text.
    static let script = #"""
        const $ = id => document.getElementById(id);
        const as = new URLSearchParams(location.search).get("as");
        let status = null, view = "label";

        function element(name, text, parent, kind) {
          const made = document.createElement(name);
          if (text !== undefined && text !== null) made.textContent = text;
          if (kind) made.className = kind;
          if (parent) parent.append(made);
          return made;
        }
        function tag(text, kind, parent) { return element("span", text, parent, "tag " + kind); }
        function problem(text) { $("problem").textContent = text || ""; }
        let toasting = 0;
        function toast(text) {
          $("toast").textContent = text;
          $("toast").classList.add("on");
          clearTimeout(toasting);
          toasting = setTimeout(() => $("toast").classList.remove("on"), 1800);
        }
        function address(path) {
          return as ? path + (path.includes("?") ? "&" : "?") + "as=" + encodeURIComponent(as) : path;
        }
        // A request that failed for good has changed nothing; of one whose answer is lost nobody knows.
        async function ask(path, body) {
          let answer, text;
          try {
            answer = await fetch(address(path), body === undefined ? {} : { method: "POST", body: JSON.stringify(body),
              headers: { "Content-Type": "application/json" } });
            text = await answer.text();
          } catch (error) {
            throw Object.assign(new Error("The program that serves this page has ended. What you labelled is kept: "
              + "start it again, and go on."), { isLost: true });
          }
          if (!answer.ok) throw Object.assign(new Error(text), { isLost: answer.status >= 500 });
          return text ? JSON.parse(text) : null;
        }

        // Pictures are asked for once.
        const pictures = new Map();
        async function picture(digest) {
          if (!pictures.has(digest)) {
            if (pictures.size > 60) { const [old, url] = pictures.entries().next().value;
              pictures.delete(old); Promise.resolve(url).then(url => url && URL.revokeObjectURL(url)); }
            pictures.set(digest, fetch(address("picture?of=" + digest))
              .then(async answer => answer.ok ? URL.createObjectURL(await answer.blob()) : null).catch(() => null));
          }
          return pictures.get(digest);
        }

        // Green is sure, red is unsure, and grey is what nobody believes in.
        const tone = share => share === undefined || share === null ? "var(--series-0)" : share < .02 ? "#76808d"
          : "hsl(" + Math.round(8 + 132 * Math.pow(share, .7)) + " 62% 42%)";
        const percent = share => share === undefined || share === null ? ""
          : share >= .995 ? "99 %" : share < .01 ? "<1 %" : Math.round(share * 100) + " %";

        // The display is as large as the window lets it be.
        function fit(display, width, height) {
          const stage = display.closest(".stage"), narrow = matchMedia("(max-width: 860px)").matches;
          const room = (narrow ? innerHeight * .8 : innerHeight) - 170, across = stage.clientWidth - 30;
          const scale = Math.max(.05, Math.min(room / height, across / width));
          display.style.width = Math.round(width * scale) + "px";
          display.style.height = Math.round(height * scale) + "px";
        }

        // Draws a screen with a box for every element, numbered as the list is.
        function drawScreen(display, look, candidates, ranking, url, choose) {
          display.replaceChildren();
          fit(display, look.width, look.height);
          if (url) { const image = element("img", null, display); image.src = url; image.alt = "The screen"; image.draggable = false; }
          else element("div", "This state came without a picture.", display, "none");
          const seen = new Set(), places = [];
          ranking.forEach((index, place) => {
            const edges = candidates[index].box, key = edges.join();
            if (edges.length !== 4 || seen.has(key)) return;
            seen.add(key);
            places.push({ index, place, edges });
          });
          // Small boxes lie over large ones, so that each can be clicked.
          places.sort((a, b) => (b.edges[2] - b.edges[0]) * (b.edges[3] - b.edges[1])
            - (a.edges[2] - a.edges[0]) * (a.edges[3] - a.edges[1]));
          for (const { index, place, edges } of places) {
            const box = element("div", null, display, place < 9 ? "box" : "box far");
            box.dataset.candidate = index;
            box.dataset.key = edges.join();
            box.style.left = edges[0] / look.width * 100 + "%";
            box.style.top = edges[1] / look.height * 100 + "%";
            box.style.width = (edges[2] - edges[0]) / look.width * 100 + "%";
            box.style.height = (edges[3] - edges[1]) / look.height * 100 + "%";
            box.style.setProperty("--tone", tone(candidates[index].share));
            element("span", place + 1, box);
            box.addEventListener("click", () => choose(index));
          }
        }

        // The ranked list.
        function drawList(list, candidates, ranking, choose) {
          list.replaceChildren();
          ranking.forEach((index, place) => {
            const one = candidates[index], row = element("div", null, list, "candidate");
            row.dataset.candidate = index;
            row.style.setProperty("--tone", tone(one.share));
            const bar = element("div", null, row, "bar");
            bar.style.width = Math.round((one.share || 0) * 100) + "%";
            element("span", place + 1, row, "rank");
            element("span", one.text + (one.asks ? "…" : ""), row, "words");
            element("span", null, row, "marks");
            const share = element("span", percent(one.share), row, "share");
            if (one.score !== undefined && one.score !== null) share.title = "score " + one.score.toFixed(3);
            row.addEventListener("click", () => choose(index));
          });
        }

        // A text for a placeholder, or a note.
        function text(wanted, value, offered) {
          $("wanted").textContent = wanted;
          $("given").value = value || "";
          $("offered").replaceChildren();
          for (const one of offered || []) element("option", undefined, $("offered")).value = one;
          $("asking").returnValue = "";
          $("asking").showModal();
          $("given").select();
          return new Promise(done => $("asking").addEventListener("close",
            () => done($("asking").returnValue === "yes" ? $("given").value : null), { once: true }));
        }
        $("dismiss").addEventListener("click", () => $("asking").close("no"));
        const isBusy = () => $("asking").open || $("help").open;

        function tell(told) {
          status = told;
          $("who").textContent = told.annotator;
          const all = told.progress.judged + told.progress.accepted + told.progress.waiting || 1;
          $("meterHuman").style.width = told.progress.judged / all * 100 + "%";
          $("meterAuto").style.width = told.progress.accepted / all * 100 + "%";
          const parts = [told.progress.judged + " by people", told.progress.accepted + " accepted",
            told.progress.waiting + " waiting"];
          $("counts").textContent = parts.join(" · ");
          document.querySelector("[data-view=live]").hidden = !told.live;
          for (const id of ["report", "doneReport"]) $(id).href = address("report");
        }
        function show(name) {
          view = name;
          for (const button of document.querySelectorAll("[data-view]"))
            button.classList.toggle("on", button.dataset.view === name);
          $("label").hidden = name !== "label" || !task;
          $("done").hidden = name !== "label" || !!task;
          $("episodes").hidden = name !== "episodes";
          $("live").hidden = name !== "live";
          problem("");
          if (name === "label") drawTask();
          if (name === "episodes") listEpisodes();
          if (name === "live") followLive();
        }
        for (const button of document.querySelectorAll("[data-view]"))
          button.addEventListener("click", () => show(button.dataset.view));
        // What the mouse has pressed leaves Enter and space to the state; what the keys have reached keeps them.
        document.addEventListener("click", event => {
          const pressed = event.detail && event.target.closest("button, a, summary");
          if (pressed) pressed.blur();
        }, true);
        $("who").addEventListener("click", async () => {
          const name = await text("Label under the name", status.annotator, []);
          if (name && name.trim()) location.search = "?as=" + encodeURIComponent(name.trim());
        });

        // ---- Keys
        const keys = {
          label: [["a", "accept what the verifier would do"], ["1 … 9", "the k-th candidate is right"],
            ["⇧ 1 … 9", "it is one of several right ones (space: the one under the cursor)"],
            ["↑ ↓  or  k j", "move the cursor"], ["↵", "save: the marked ones, or the one under the cursor"],
            ["n", "none is right: say what is missing"], ["x", "the one under the cursor would do harm"],
            ["t", "mark the one under the cursor, with its text"], ["s", "skip"], ["u", "undo; again to go further back"],
            ["b", "boxes on and off"]],
          episodes: [["y", "the goal was reached"], ["n", "it was not reached"],
            ["w", "the step in view is the first wrong one; again: it is not"], ["c", "a note"],
            ["l", "label the step in view"], ["← →", "the step before and after"],
            ["↑ ↓", "the episode above and below"]],
          live: [["1 … 9", "do the k-th candidate"], ["t", "take over"], ["h", "hand back"],
            ["w", "the last step is the first wrong one"]] };
        function help() {
          $("keyTable").replaceChildren();
          for (const [key, meaning] of [...keys[view], ["?", "this page"]]) {
            element("kbd", key, element("div", null, $("keyTable")));
            element("div", meaning, $("keyTable"));
          }
          $("help").showModal();
        }
        $("helpButton").addEventListener("click", help);
        const moves = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "j", "k"];
        addEventListener("keydown", event => {
          if (isBusy() || event.target.tagName === "INPUT" || event.altKey || event.metaKey) return;
          if (event.ctrlKey && event.key !== "z") return;
          const presses = event.key === "Enter" || event.key === " ";
          // A key that is held down moves the cursor on, and says nothing twice.
          if (event.repeat && !moves.includes(event.key)) { if (presses) event.preventDefault(); return; }
          // They press what the keys have reached.
          if (presses && event.target.closest("button, a, summary")) return;
          if (event.key === "?") { help(); event.preventDefault(); return; }
          const handled = view === "label" ? labelKey(event) : view === "episodes" ? episodeKey(event) : liveKey(event);
          if (handled) event.preventDefault();
        });
        addEventListener("resize", () => { if (view === "label") drawTask(); else if (view === "live") drawLive(); });

        """#
}
