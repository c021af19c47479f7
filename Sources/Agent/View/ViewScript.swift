// SPDX-License-Identifier: Apache-2.0

extension ViewPage {
    /// The script of both pages. What comes from a device is only ever set as text.
    static let script = #"""
        "use strict";
        const $ = id => document.getElementById(id);
        const human = $("app").dataset.mode === "human";
        const display = $("display"), screen = $("screen"), outline = $("outline"), trail = $("trail");
        let state = { version: -1, picture: 0, width: 0, height: 0 };
        let shown = 0, tree = [], treeOf = -1, question = null, busy = false, pointer = null, lastURL = null;

        function element(name, text, parent) {
          const made = document.createElement(name);
          if (text !== undefined) made.textContent = text;
          if (parent) parent.append(made);
          return made;
        }
        function cover(text) {
          if (text) $("cover").textContent = text;
          $("cover").classList.toggle("off", !text);
        }
        function problem(text) { $("problem").textContent = text || ""; }

        // The phone is as large as the window lets it be.
        function fit() {
          const stage = $("stage"), wide = state.width || 1080, high = state.height || 2400;
          const narrow = matchMedia("(max-width: 760px)").matches;
          const room = (narrow ? innerHeight * .8 : innerHeight) - 84, across = stage.clientWidth - 60;
          const scale = Math.max(.05, Math.min(room / high, across / wide));
          display.style.width = Math.round(wide * scale) + "px";
          display.style.height = Math.round(high * scale) + "px";
        }
        addEventListener("resize", fit);

        async function post(path, body) {
          const answer = await fetch(path, { method: "POST", body: JSON.stringify(body),
            headers: { "Content-Type": "application/json" } });
          const text = await answer.text();
          if (!answer.ok) throw new Error(text);
        }

        async function paint() {
          const wanted = state.picture;
          if (!wanted || wanted === shown) return;
          const answer = await fetch("picture");
          if (!answer.ok) return;
          const url = URL.createObjectURL(await answer.blob());
          screen.src = url;
          try { await screen.decode(); } catch { }
          if (lastURL) URL.revokeObjectURL(lastURL);
          lastURL = url;
          shown = wanted;
          fit();
        }

        function tell() {
          const parts = [state.serial, state.width ? state.width + " × " + state.height : "",
            state.package ? state.package + (state.activity ? "/" + state.activity.replace(state.package + ".", ".") : "") : ""];
          if (!human) parts.push((state.rate || 0).toFixed(1) + " frames/s");
          $("status").textContent = parts.filter(Boolean).join("  ·  ");
          if (!human) $("serial").textContent = state.serial;
          problem(state.problem);
        }

        async function follow() {
          for (;;) {
            try {
              const answer = await fetch("state?after=" + state.version);
              if (!answer.ok) throw new Error(await answer.text());
              state = await answer.json();
              tell();
              await paint();
              if (human) ask(); else { cover(shown ? "" : "Waiting for the device…"); inspectSoon(); }
              if (state.isOver) return;
            } catch (error) {
              cover("The program that serves this page has ended.");
              problem("");
              state.version = -1;
              await new Promise(done => setTimeout(done, 1500));
            }
          }
        }

        // Places on the display in the device's pixels.
        function place(event) {
          const box = display.getBoundingClientRect();
          const part = (value, size) => Math.min(Math.max(value / size, 0), .9999);
          return { x: Math.floor(part(event.clientX - box.left, box.width) * state.width),
            y: Math.floor(part(event.clientY - box.top, box.height) * state.height) };
        }
        const inside = (at, box) => at.x >= box[0] && at.x < box[2] && at.y >= box[1] && at.y < box[3];
        const area = box => (box[2] - box[0]) * (box[3] - box[1]);
        function frame(box) {
          outline.hidden = !box;
          if (!box) return;
          outline.style.left = box[0] / state.width * 100 + "%";
          outline.style.top = box[1] / state.height * 100 + "%";
          outline.style.width = (box[2] - box[0]) / state.width * 100 + "%";
          outline.style.height = (box[3] - box[1]) / state.height * 100 + "%";
        }
        function draw(event) {
          trail.replaceChildren();
          if (!event || !pointer) return;
          const box = display.getBoundingClientRect();
          const make = (name, values) => {
            const made = document.createElementNS("http://www.w3.org/2000/svg", name);
            for (const key in values) made.setAttribute(key, values[key]);
            trail.append(made);
          };
          const from = [pointer.cx - box.left, pointer.cy - box.top];
          const to = [event.clientX - box.left, event.clientY - box.top];
          if (far(event)) make("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
          make("circle", { cx: to[0], cy: to[1], r: 14 });
        }
        const far = event => Math.hypot(event.clientX - pointer.cx, event.clientY - pointer.cy) > 8;

        display.addEventListener("pointerdown", event => {
          if (event.button !== 0 || !state.width) return;
          display.setPointerCapture(event.pointerId);
          pointer = { at: place(event), cx: event.clientX, cy: event.clientY, time: performance.now() };
          if (!human) draw(event);
        });
        display.addEventListener("pointermove", event => {
          if (pointer && !human) draw(event);
          hover(event);
        });
        display.addEventListener("pointerup", event => {
          if (!pointer) return;
          const took = Math.round(performance.now() - pointer.time), at = pointer.at, to = place(event);
          const moved = far(event);
          pointer = null;
          setTimeout(() => draw(null), 150);
          if (human) { pick(at, event); return; }
          if (moved) act({ kind: "swipe", x: at.x, y: at.y, x2: to.x, y2: to.y, milliseconds: took });
          else act({ kind: took >= 500 ? "press" : "tap", x: at.x, y: at.y });
        });
        display.addEventListener("pointercancel", () => { pointer = null; draw(null); });
        display.addEventListener("pointerleave", () => { if (!pointer) { frame(null); lit(-1); } });

        // ---- A device to touch
        function act(input) { post("input", input).catch(error => problem(error.message)); }
        if (!human) {
          for (const button of document.querySelectorAll("[data-key]"))
            button.addEventListener("click", () => act({ kind: "key", key: button.dataset.key }));
          $("typing").addEventListener("submit", event => {
            event.preventDefault();
            const text = $("text").value;
            act(text ? { kind: "text", text } : { kind: "key", key: "enter" });
            $("text").value = "";
          });
          $("inspect").addEventListener("change", () => {
            treeOf = -1;
            frame(null);
            $("element").replaceChildren();
            inspectSoon();
          });
        }
        let reading = false, lastMove = null;
        async function inspectSoon() {
          if (reading || !$("inspect").checked || treeOf === shown) return;
          reading = true;
          const of = shown;
          try {
            const answer = await fetch("tree");
            if (!answer.ok) throw new Error(await answer.text());
            tree = await answer.json();
            treeOf = of;
            if (lastMove) hover(lastMove);
          } catch (error) { problem(error.message); }
          reading = false;
        }
        function smallest(list, at) {
          let best = null;
          for (const one of list)
            if (one.bounds && inside(at, one.bounds) && (!best || area(one.bounds) <= area(best.bounds))) best = one;
          return best;
        }
        function hover(event) {
          lastMove = event;
          if (!state.width) return;
          const at = place(event);
          if (human) {
            const best = question && smallest(question.candidates, at);
            frame(best ? best.bounds : null);
            lit(best ? question.candidates.indexOf(best) : -1);
            return;
          }
          if (!$("inspect").checked) return;
          const best = smallest(tree, at), list = $("element");
          frame(best ? best.bounds : null);
          list.replaceChildren();
          if (!best) return;
          const rows = [["Text", best.text], ["Id", best.id], ["Class", best.type],
            ["Bounds", best.bounds.join(", ")], ["Clickable", best.isClickable ? "yes" : "no"]];
          for (const [name, value] of rows) if (value) { element("dt", name, list); element("dd", value, list); }
        }

        // ---- A task to do
        function lit(index) {
          if (!human) return;
          [...$("candidates").children].forEach((button, place) => button.classList.toggle("lit", place === index));
        }
        function ask() {
          const next = state.question || null;
          $("notes").replaceChildren();
          for (const note of state.notes) element("li", note, $("notes"));
          $("past").hidden = !state.notes.length;
          if (!next) {
            question = null;
            frame(null);
            closeMenu();
            cover(state.isOver ? "All episodes are over. Thank you!" : "One moment…");
            return enable(false);
          }
          if (question && question.id === next.id) return;
          question = next;
          busy = false;
          cover("");
          problem("");
          $("goal").textContent = next.goal;
          $("step").textContent = "Step " + next.step + (next.budget ? " of at most " + next.budget : "");
          $("bar").firstElementChild.style.width = next.budget ? (next.step - 1) / next.budget * 100 + "%" : "0";
          $("memory").replaceChildren();
          for (const line of next.memory) element("li", line, $("memory"));
          const list = $("candidates");
          list.replaceChildren();
          next.candidates.forEach((candidate, index) => {
            const button = element("button", candidate.text + (candidate.asks ? "…" : ""), list);
            button.addEventListener("click", () => choose(index));
            button.addEventListener("mouseenter", () => frame(candidate.bounds || null));
            button.addEventListener("mouseleave", () => frame(null));
          });
          const apps = $("apps");
          apps.replaceChildren();
          for (const app of next.apps) element("option", undefined, apps).value = app;
          enable(true);
        }
        function enable(on) {
          for (const button of document.querySelectorAll("#candidates button, .verdict button")) button.disabled = !on;
        }
        function pick(at, event) {
          closeMenu();
          if (!question || busy) return;
          const best = smallest(question.candidates, at);
          if (!best) return;
          const same = question.candidates.map((candidate, index) => ({ candidate, index }))
            .filter(one => one.candidate.bounds && one.candidate.bounds.join() === best.bounds.join());
          if (same.length === 1) return choose(same[0].index);
          const menu = $("menu");
          for (const { candidate, index } of same)
            element("button", candidate.text + (candidate.asks ? "…" : ""), menu)
              .addEventListener("click", () => { closeMenu(); choose(index); });
          menu.hidden = false;
          menu.style.left = Math.min(event.clientX, innerWidth - menu.offsetWidth - 8) + "px";
          menu.style.top = Math.min(event.clientY, innerHeight - menu.offsetHeight - 8) + "px";
        }
        function closeMenu() { $("menu").replaceChildren(); $("menu").hidden = true; }
        addEventListener("keydown", event => { if (event.key === "Escape") closeMenu(); });
        addEventListener("pointerdown", event => { if (!$("menu").contains(event.target)) closeMenu(); });

        function textFor(candidate) {
          const dialog = $("asking"), given = $("given");
          $("wanted").textContent = candidate.type === "open_app" ? "Which app?"
            : candidate.type === "answer" ? "Your answer" : "Text: " + candidate.text;
          if (candidate.type === "open_app") given.setAttribute("list", "apps"); else given.removeAttribute("list");
          given.value = "";
          dialog.returnValue = "";
          dialog.showModal();
          return new Promise(done => dialog.addEventListener("close",
            () => done(dialog.returnValue === "yes" && given.value ? given.value : null), { once: true }));
        }
        $("dismiss").addEventListener("click", () => $("asking").close("no"));
        async function choose(index) {
          const asked = question;
          if (!asked || busy) return;
          const candidate = asked.candidates[index];
          let text = null;
          if (candidate.asks) {
            text = await textFor(candidate);
            if (text === null || question !== asked) return;
          }
          busy = true;
          enable(false);
          cover("One moment…");
          try { await post("choose", { decision: asked.id, index, text }); }
          catch (error) { busy = false; enable(true); cover(""); problem(error.message); }
        }
        if (human) {
          const say = word => () => {
            if (question) choose(question.candidates.findIndex(one => one.type === word));
          };
          $("complete").addEventListener("click", say("complete"));
          $("infeasible").addEventListener("click", say("infeasible"));
          enable(false);
        }

        fit();
        follow();
        """#
}
