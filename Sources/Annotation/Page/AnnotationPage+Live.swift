// SPDX-License-Identifier: Apache-2.0

extension AnnotationPage {
    /// The live view: the agent at work, and the person who takes over and hands back.
    static let liveScript = #"""
        let live = { version: -1, picture: 0 }, following = false, livePicture = null, livePictureOf = 0;

        async function followLive() {
          if (following) return;
          following = true;
          while (view === "live") {
            try {
              live = await ask("live/state?after=" + live.version);
              if (live.picture !== livePictureOf) {
                const answer = await fetch(address("live/picture"));
                if (answer.ok) {
                  if (livePicture) URL.revokeObjectURL(livePicture);
                  livePicture = URL.createObjectURL(await answer.blob());
                  livePictureOf = live.picture;
                }
              }
              drawLive();
            } catch (error) {
              problem(error.message);
              live.version = -1;
              await new Promise(done => setTimeout(done, 1500));
            }
          }
          following = false;
        }
        const modes = {
          idle: ["Nothing runs", "Say what is to be done, and start."],
          agent: ["The verifier acts", "Take over at any moment: its next choice then waits for you."],
          person: ["You act", "Click what is right, on the screen or in the list. Hand back whenever you want."],
          over: ["The episode is over", ""] };
        function drawLive() {
          const question = live.question || null, waits = !!(question && live.waits);
          const name = !live.running ? (live.ending ? "over" : "idle") : live.person ? "person" : "agent";
          $("modeName").textContent = modes[name][0];
          $("modeHint").textContent = name === "over" ? live.ending : modes[name][1];
          $("mode").classList.toggle("person", name === "person");
          $("take").disabled = !live.running || live.person;
          $("back").disabled = !live.running || !live.person;
          $("stop").disabled = !live.running;
          $("liveStart").disabled = live.running;
          problem(live.problem);
          $("liveWhere").textContent = [live.serial, live.goal].filter(Boolean).join(" · ");
          $("ask").hidden = !live.confirm;
          $("asked").textContent = live.confirm || "";
          if (question) {
            drawScreen($("liveScreen"), question.look, question.candidates, question.ranking, livePicture, chooseLive);
            drawList($("liveCandidates"), question.candidates, question.ranking, chooseLive);
          } else if (livePicture && live.width) {
            drawScreen($("liveScreen"), { width: live.width, height: live.height }, [], [], livePicture, () => {});
            $("liveCandidates").replaceChildren();
          }
          $("liveCandidates").style.opacity = waits ? "1" : ".55";
          $("liveSteps").replaceChildren();
          live.steps.forEach(step => {
            const row = element("li", step.words, $("liveSteps"), step.byPerson ? "me" : "");
            if (step.byPerson) tag("you", "done", row);
            if (live.firstWrong === step.step) tag("first wrong", "wrong", row);
            else {
              const button = element("button", "wrong", row);
              button.addEventListener("click", () => order("wrong", { step: step.step }));
            }
          });
        }
        async function order(path, body) {
          try { await ask("live/" + path, body || {}); } catch (error) { problem(error.message); }
        }
        async function chooseLive(index) {
          const question = live.question;
          if (!question || !live.waits) return toast("take over first");
          let filled = null;
          if (question.candidates[index].asks) {
            filled = await text("Text for: " + question.candidates[index].text, "", question.candidates[index].texts || []);
            if (!filled || live.question.id !== question.id) return;
          }
          order("choose", { decision: question.id, index, text: filled });
        }
        $("liveForm").addEventListener("submit", event => {
          event.preventDefault();
          if ($("liveGoal").value.trim()) order("start", { goal: $("liveGoal").value });
          $("liveGoal").blur();
        });
        $("take").addEventListener("click", () => order("take"));
        $("back").addEventListener("click", () => order("back"));
        $("stop").addEventListener("click", () => order("stop"));
        $("yes").addEventListener("click", () => order("confirm", { yes: true }));
        $("no").addEventListener("click", () => order("confirm", { yes: false }));
        function liveKey(event) {
          const digit = /^Digit([1-9])$/.exec(event.code);
          if (digit && live.question) {
            const index = live.question.ranking[Number(digit[1]) - 1];
            if (index !== undefined) chooseLive(index);
            return true;
          }
          if (event.key === "t") { order("take"); return true; }
          if (event.key === "h") { order("back"); return true; }
          if (event.key === "w" && live.steps.length) {
            order("wrong", { step: live.steps[live.steps.length - 1].step });
            return true;
          }
          return false;
        }

        // ---- Begin
        fly(async () => take(await ask("task")));

        """#
}
