// SPDX-License-Identifier: Apache-2.0

extension AnnotationPage {
    /// The step view: one state, its candidates, and single keys.
    static let labelScript = #"""
        let task = null, cursor = 0, marked = new Set(), harmful = new Set(), shownAt = 0, saving = false, drawn = 0;

        function take(answer) {
          tell(answer.status);
          task = answer.task;
          marked = new Set(); harmful = new Set(); cursor = 0;
          shownAt = performance.now();
          if (task && answer.given) {
            const given = answer.given;
            for (const index of given.harmful) harmful.add(index);
            if (given.right.length > 1) for (const index of given.right) marked.add(index);
            if (given.right.length) cursor = Math.max(0, task.ranking.indexOf(given.right[0]));
          }
          if (view === "label") show("label");
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
            if (marked.has(index)) tag("right", "right", marks);
            if (harmful.has(index)) tag("harmful", "harmful", marks);
            if (index === task.chosen) tag("was done", "done", marks);
            if (index === at) row.scrollIntoView({ block: "nearest" });
          }
          $("saveSet").hidden = !marked.size;
          $("saveSet").querySelector("span").textContent = "Save " + marked.size + " right";
        }

        async function send(judgement, words) {
          if (!task || saving) return;
          saving = true;
          try {
            const request = { item: task.id, request: crypto.randomUUID ? crypto.randomUUID() : String(Math.random()),
              seconds: (performance.now() - shownAt) / 1000, judgement };
            take(await ask("label", request));
            toast(words);
            problem("");
          } catch (error) { problem(error.message); }
          saving = false;
        }
        const judgement = (kind, right, more) => Object.assign({ kind, right, harmful: [...harmful].sort((a, b) => a - b) }, more);
        async function choose(indices, given) {
          const asked = task, first = indices[0];
          for (const index of indices) harmful.delete(index);
          let filled = given;
          if (filled === undefined && indices.length === 1 && asked.candidates[first].asks) {
            filled = await text("Text for: " + asked.candidates[first].text, first === asked.chosen ? asked.filled : "",
              first === asked.chosen ? asked.offered : []);
            if (filled === null || task !== asked) return;
          }
          send(judgement("right", [...indices].sort((a, b) => a - b), filled ? { text: filled } : {}),
            indices.length > 1 ? indices.length + " are right" : asked.candidates[first].text);
        }
        async function none() {
          const asked = task, note = await text("What is missing?", "", []);
          if (note !== null && task === asked) send(judgement("none", [], note ? { note } : {}), "none is right");
        }
        async function undo() {
          try {
            const answer = await ask("undo", {});
            if (!answer.given) return toast("there is nothing to take back");
            take(answer);
            toast("taken back");
          } catch (error) { problem(error.message); }
        }
        function toggle(set, other, index) {
          if (set.has(index)) set.delete(index); else { set.add(index); other.delete(index); }
          paint();
        }

        function labelKey(event) {
          const key = event.key;
          if (key === "u" || (event.ctrlKey && key === "z")) { undo(); return true; }
          if (!task || saving) return false;
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
          case "t": if (task.candidates[at].asks) choose([at]); else toast("this one takes no text"); return true;
          case "s": send(judgement("skipped", []), "skipped"); return true;
          case "b": $("screen").classList.toggle("hideBoxes"); return true;
          case "j": case "ArrowDown": cursor = Math.min(cursor + 1, task.ranking.length - 1); paint(); return true;
          case "k": case "ArrowUp": cursor = Math.max(cursor - 1, 0); paint(); return true;
          }
          return false;
        }
        for (const button of $("actions").children) button.addEventListener("click", () => {
          labelKey({ key: button.dataset.key, code: "" });
          button.blur();
        });

        """#
}
