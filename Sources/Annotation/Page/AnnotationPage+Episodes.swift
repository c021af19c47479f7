// SPDX-License-Identifier: Apache-2.0

extension AnnotationPage {
    /// The episode view: a run from its first to its last screen.
    static let episodeScript = #"""
        let episode = null, place = 0, telling = Promise.resolve();
        const isShown = one => episode && episode.episode.episode === one.episode && episode.episode.task === one.task;

        const verdictOf = passed => passed === undefined || passed === null ? null : passed ? "passed" : "failed";
        function verdicts(one, own, parent) {
          const said = { complete: "says done", infeasible: "gave up", nothing: "said nothing" }[one.said];
          if (said) tag("agent " + said, "done", parent);
          const checked = verdictOf(one.passed);
          if (checked) tag("checks: " + checked, one.passed ? "right" : "wrong", parent);
          for (const [name, word] of Object.entries(own || {})) {
            if (word.reached === undefined || word.reached === null) continue;
            tag(name + ": " + (word.reached ? "reached" : "not reached"), word.reached ? "right" : "wrong", parent);
          }
        }
        async function listEpisodes() {
          try {
            const all = await ask("episodes");
            $("episodeList").replaceChildren();
            if (!all.length) element("p", "No runs were imported: droidagent annotate RUN_DIR", $("episodeList"), "dim entry");
            for (const one of all) {
              const row = element("div", null, $("episodeList"), "entry");
              row.dataset.episode = one.task + "\n" + one.episode;
              element("div", one.goal, row);
              verdicts(one, null, element("div", null, row, "tags"));
              row.addEventListener("click", () => openEpisode(one));
            }
            if (episode) openEpisode(episode.episode); else if (all.length) openEpisode(all[0]);
          } catch (error) { problem(error.message); }
        }
        async function openEpisode(one) {
          try {
            const query = "episode?task=" + encodeURIComponent(one.task) + "&episode=" + encodeURIComponent(one.episode);
            const same = isShown(one);
            episode = await ask(query);
            if (!same) place = 0;
            drawEpisode();
          } catch (error) { problem(error.message); }
        }
        const ownWord = () => episode.judgements[status.annotator] || {};
        async function drawEpisode() {
          const one = episode.episode, own = ownWord(), main = $("episode");
          for (const row of $("episodeList").children)
            row.classList.toggle("on", row.dataset.episode === one.task + "\n" + one.episode);
          main.replaceChildren();
          const card = element("div", null, main, "card goal");
          element("div", [one.app, one.task, one.cause].filter(Boolean).join(" · "), card, "dim");
          element("h1", one.goal, card);
          verdicts(one, episode.judgements, element("div", null, card, "verdicts"));
          const strip = element("div", null, main, "strip");
          episode.steps.forEach((step, at) => {
            const isFirst = own.firstWrong === step.step;
            const right = step.isRight === undefined || step.isRight === null ? "" : step.isRight ? " right" : " wrong";
            const shot = element("div", null, strip, "shot" + right + (isFirst ? " first" : "") + (at === place ? " on" : ""));
            const frame = element("div", null, shot, "frame");
            if (step.picture) picture(step.picture).then(url => {
              if (url) { const image = element("img", null, frame); image.src = url; image.alt = "Step " + (step.step + 1); }
            });
            element("div", (step.step + 1) + ". " + step.done, shot, "words");
            if (step.byPerson) tag("by a person", "done", shot);
            if (isFirst) tag("first wrong", "wrong", shot);
            shot.addEventListener("click", () => { place = at; drawEpisode(); });
            if (at === place) setTimeout(() => shot.scrollIntoView({ block: "nearest", inline: "nearest" }));
          });
          const actions = element("div", null, main, "actions");
          const button = (key, words, act, kind) => {
            const made = element("button", null, actions, kind);
            element("kbd", key, made);
            made.append(" " + words);
            made.addEventListener("click", act);
          };
          button("y", "Reached", () => judge({ reached: true }), own.reached === true ? "primary" : "");
          button("n", "Not reached", () => judge({ reached: false }), own.reached === false ? "primary" : "");
          button("w", "First wrong step", () => wrongStep(), "warn");
          button("c", "Note", noteEpisode);
          button("l", "Label this step", labelStep);
          if (own.note) element("p", own.note, main, "dim");
        }
        function judge(change) {
          const one = episode.episode;
          const word = { task: one.task, episode: one.episode, judgement: change, fields: Object.keys(change) };
          // Each names what it says, and leaves the rest as it is; in turn, so that of two quick ones the last counts.
          telling = telling.then(() => ask("episode", word))
            .then(() => { problem(""); if (isShown(one)) return openEpisode(one); })
            .catch(error => problem(error.message));
        }
        function wrongStep() {
          const step = episode.steps[place];
          if (step) judge({ firstWrong: ownWord().firstWrong === step.step ? null : step.step });
        }
        async function noteEpisode() {
          const note = await text("What is to be said of this episode?", ownWord().note, []);
          if (note !== null) judge({ note: note || null });
        }
        function labelStep() {
          const step = episode.steps[place];
          if (!step) return;
          fly(async () => { const answer = await ask("task?item=" + step.item); view = "label"; take(answer); });
        }
        function episodeKey(event) {
          if (!episode) return false;
          switch (event.key) {
          case "y": judge({ reached: true }); return true;
          case "n": judge({ reached: false }); return true;
          case "w": wrongStep(); return true;
          case "c": noteEpisode(); return true;
          case "l": labelStep(); return true;
          case "ArrowRight": place = Math.min(place + 1, episode.steps.length - 1); drawEpisode(); return true;
          case "ArrowLeft": place = Math.max(place - 1, 0); drawEpisode(); return true;
          case "ArrowDown": case "ArrowUp": {
            const rows = [...$("episodeList").children], at = rows.findIndex(row => row.classList.contains("on"));
            const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
            if (next) { next.click(); next.scrollIntoView({ block: "nearest" }); }
            return true;
          }
          }
          return false;
        }

        """#
}
