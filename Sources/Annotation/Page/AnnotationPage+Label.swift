// SPDX-License-Identifier: Apache-2.0

extension AnnotationPage {
    /// The step view: one state, its candidates, and single keys.
    static let labelScript = #"""
        let task = null, cursor = 0, marked = new Set(), harmful = new Set(), shownAt = 0, drawn = 0;
        // A text that was given for one candidate and waits to be saved with it.
        let filled = null;
        // The request that is on its way, as a promise of whether it was answered; and a word whose answer was lost.
        let flight = null, unsure = null;

        // One request after the other. What was asked for behind one that fails meant what that would have brought.
        function fly(act) {
          const before = flight;
          const mine = (async () => {
            if (before && !await before) return false;
            try { await act(); return true; } catch (error) { problem(error.message); return false; }
          })();
          flight = mine;
          mine.then(() => { if (flight === mine) flight = null; });
          return mine;
        }
        function take(answer) {
          tell(answer.status);
          task = answer.task;
          marked = new Set(); harmful = new Set(); filled = null; cursor = 0;
          shownAt = performance.now();
          if (task && answer.given) {
            const given = answer.given, field = given.right.find(index => task.candidates[index].asks);
            if (given.text && field !== undefined) filled = { index: field, text: given.text };
            for (const index of given.harmful) harmful.add(index);
            if (given.right.length > 1 || filled) for (const index of given.right) marked.add(index);
            if (given.right.length) cursor = Math.max(0, task.ranking.indexOf(given.right[0]));
          }
          if (view === "label") { show("label"); problem(answer.problem); }
        }
        async function drawTask() {
          if (!task) return;
          const mine = ++drawn, of = task;
          $("kicker").textContent = [of.app, "step " + (of.step + 1), of.task].filter(Boolean).join(" · ");
          $("goal").textContent = of.goal || "No goal is known";
          $("where").textContent = of.origin.split("/").slice(-3).join("/");
          $("where").title = of.origin;
          const lines = of.prefix.split("\n").filter(line => /^\d+\. /.test(line));
          $("historyBox").hidden = !lines.length;
          $("history").replaceChildren();
          for (const line of lines) element("li", line.replace(/^\d+\. /, ""), $("history"));
          $("prompt").textContent = of.prefix;
          $("belief").textContent = of.proposal === undefined || of.proposal === null ? "no verifier"
            : "sure to " + percent(of.candidates[of.proposal].share);
          document.querySelector("[data-key=a]").disabled = of.proposal === undefined || of.proposal === null;
          drawList($("candidates"), of.candidates, of.ranking, index => { cursor = of.ranking.indexOf(index); paint(); });
          const look = of.look || { width: 1080, height: 2400 };
          const url = of.look && of.look.picture ? await picture(of.look.picture) : null;
          // Another state may have come while the picture was on its way.
          if (mine !== drawn) return;
          drawScreen($("screen"), look, of.candidates, of.ranking, url,
            index => { cursor = of.ranking.indexOf(index); paint(); });
          paint();
        }
        function paint() {
          if (!task) return;
          const at = task.ranking[cursor];
          const atBox = task.candidates[at].box.join();
          for (const box of document.querySelectorAll("#screen .box")) {
            const same = list => [...list].some(index => task.candidates[index].box.join() === box.dataset.key);
            box.classList.toggle("at", box.dataset.key === atBox);
            box.classList.toggle("marked", same(marked));
            box.classList.toggle("harm", same(harmful));
          }
          for (const row of $("candidates").children) {
            const index = Number(row.dataset.candidate), marks = row.querySelector(".marks");
            row.classList.toggle("at", index === at);
            row.classList.toggle("marked", marked.has(index));
            row.classList.toggle("harm", harmful.has(index));
            marks.replaceChildren();
            if (filled && filled.index === index) {
              const given = filled.text.length > 30 ? filled.text.slice(0, 30) + "…" : filled.text;
              tag("“" + given + "”", "right", marks);
            }
            if (marked.has(index)) tag("right", "right", marks);
            if (harmful.has(index)) tag("harmful", "harmful", marks);
            if (index === task.chosen) tag("was done", "done", marks);
            if (index === at) row.scrollIntoView({ block: "nearest" });
          }
          $("saveSet").hidden = !marked.size;
          $("saveSet").querySelector("span").textContent = "Save " + marked.size + " right";
        }

        function send(judgement, words) {
          if (!task || flight) return;
          const said = JSON.stringify([task.id, judgement]);
          // Said again after its answer was lost, a word keeps its name, so that it is written once.
          const request = unsure && unsure.said === said ? unsure.request
            : crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
          const body = { item: task.id, request, seconds: (performance.now() - shownAt) / 1000, judgement };
          unsure = { said, request };
          fly(async () => {
            try { take(await ask("label", body)); } catch (error) { if (!error.isLost) unsure = null; throw error; }
            unsure = null;
            toast(words);
          });
        }
        const judgement = (kind, right, more) => Object.assign({ kind, right, harmful: [...harmful].sort((a, b) => a - b) }, more);
        function textFor(index) {
          const known = index === task.chosen, before = filled && filled.index === index ? filled.text : null;
          return text("Text for: " + task.candidates[index].text, before !== null ? before : known ? task.filled : "",
            known ? task.offered : []);
        }
        async function choose(indices) {
          const asked = task, right = [...indices].sort((a, b) => a - b);
          for (const index of right) harmful.delete(index);
          // The text is that of the first of them that takes one.
          const field = right.find(index => asked.candidates[index].asks);
          let given = field !== undefined && filled && filled.index === field ? filled.text : null;
          if (field !== undefined && given === null) {
            given = await textFor(field);
            if (given === null || task !== asked) return;
          }
          send(judgement("right", right, given ? { text: given } : {}),
            right.length > 1 ? right.length + " are right" : asked.candidates[right[0]].text);
        }
        async function fillIn(index) {
          const asked = task, given = await textFor(index);
          if (given === null || task !== asked) return;
          filled = given ? { index, text: given } : null;
          if (given) { marked.add(index); harmful.delete(index); }
          paint();
        }
        async function none() {
          const asked = task, note = await text("What is missing?", "", []);
          if (note !== null && task === asked) send(judgement("none", [], note ? { note } : {}), "none is right");
        }
        function undo() {
          fly(async () => {
            // Which one is meant is told only now: a word that was on its way when the key was pressed has come by now.
            if (!unsure && status && !status.last) return toast("there is nothing to take back");
            const meant = unsure ? { request: unsure.request } : { label: status ? status.last : null };
            const answer = await ask("undo", meant);
            unsure = null;
            problem("");
            if (!answer.given) { tell(answer.status); return toast("there is nothing to take back"); }
            take(answer);
            toast("taken back");
          });
        }
        function toggle(set, other, index) {
          if (set.has(index)) set.delete(index); else { set.add(index); other.delete(index); }
          paint();
        }

        function labelKey(event) {
          const key = event.key;
          if (key === "u" || (event.ctrlKey && key === "z")) { undo(); return true; }
          if (!task || flight) return false;
          const at = task.ranking[cursor], digit = /^Digit([1-9])$/.exec(event.code);
          if (digit) {
            const index = task.ranking[Number(digit[1]) - 1];
            if (index === undefined) return true;
            if (event.shiftKey) { cursor = Number(digit[1]) - 1; toggle(marked, harmful, index); } else choose([index]);
            return true;
          }
          switch (key) {
          case "a": if (task.proposal !== undefined && task.proposal !== null) choose([task.proposal]); return true;
          case "Enter": choose(marked.size ? [...marked] : [at]); return true;
          case " ": toggle(marked, harmful, at); return true;
          case "x": toggle(harmful, marked, at); return true;
          case "n": none(); return true;
          case "t": if (task.candidates[at].asks) fillIn(at); else toast("this one takes no text"); return true;
          case "s": send(judgement("skipped", []), "skipped"); return true;
          case "b": $("screen").classList.toggle("hideBoxes"); return true;
          case "j": case "ArrowDown": cursor = Math.min(cursor + 1, task.ranking.length - 1); paint(); return true;
          case "k": case "ArrowUp": cursor = Math.max(cursor - 1, 0); paint(); return true;
          }
          return false;
        }
        for (const button of $("actions").children)
          button.addEventListener("click", () => labelKey({ key: button.dataset.key, code: "" }));

        """#
}
