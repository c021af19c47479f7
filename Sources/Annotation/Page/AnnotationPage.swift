// SPDX-License-Identifier: Apache-2.0

import Pages

/// The page on which a person and the verifier label together.
enum AnnotationPage {
    static let page = LivePage(
        title: "Annotate · droidagent",
        style: style,
        body: body,
        script: "\"use strict\";\n" + script + labelScript + episodeScript + liveScript
    )

    private static let body = """
        <div id="app">
        <header id="head">
          <span id="brand">droidagent <b>annotate</b></span>
          <nav id="tabs">
            <button data-view="label">Label</button><button data-view="episodes">Episodes</button>
            <button data-view="live" hidden="hidden">Live</button><a id="report" target="_blank">Report</a>
          </nav>
          <div id="meter" title="states that are decided"><i id="meterHuman"></i><i id="meterAuto"></i></div>
          <span id="counts"></span>
          <button id="who" title="Label under another name"></button>
          <button id="helpButton" title="Keys">?</button>
        </header>
        <p id="problem" role="alert"></p>

        <main id="label" class="view">
          <section class="stage"><div class="phone"><div class="display" id="screen"></div></div>
            <p class="under" id="where"></p></section>
          <section class="side">
            <div class="card goal"><div class="dim" id="kicker"></div><h1 id="goal"></h1>
              <details id="historyBox"><summary>Steps so far</summary><ol id="history"></ol></details></div>
            <div class="card" id="ranking"><div class="listHead"><h2>What the screen allows</h2>
              <span id="belief"></span></div><div id="candidates"></div></div>
            <div class="actions" id="actions">
              <button data-key="a" class="primary"><kbd>a</kbd> Accept</button>
              <button data-key="Enter" id="saveSet" hidden="hidden" class="primary"><kbd>↵</kbd> <span></span></button>
              <button data-key="n"><kbd>n</kbd> None right</button>
              <button data-key="x" class="warn"><kbd>x</kbd> Harmful</button>
              <button data-key="t"><kbd>t</kbd> Text</button>
              <button data-key="s"><kbd>s</kbd> Skip</button>
              <button data-key="u"><kbd>u</kbd> Undo</button>
            </div>
            <details class="card" id="promptBox"><summary>What the model reads</summary><pre id="prompt"></pre></details>
          </section>
        </main>
        <main id="done" class="view" hidden="hidden"><div class="card empty"><h1>Nothing is waiting</h1>
          <p class="dim">Every state is labelled, or the verifier was sure enough of it.</p>
          <p><a id="doneReport" target="_blank">See what the round came to</a>, or press <kbd>u</kbd> to take the last word
          back.</p></div></main>

        <main id="episodes" class="view" hidden="hidden">
          <section class="card" id="episodeList"></section><section id="episode"></section></main>

        <main id="live" class="view" hidden="hidden">
          <section class="stage"><div class="phone"><div class="display" id="liveScreen"></div></div>
            <p class="under" id="liveWhere"></p></section>
          <section class="side">
            <form class="card" id="liveForm"><label for="liveGoal" class="dim">What is to be done</label>
              <div class="row"><input id="liveGoal" autocomplete="off" placeholder="Turn Wi-Fi off"/>
              <button class="primary" id="liveStart">Start</button></div></form>
            <div class="card" id="mode"><div><b id="modeName"></b><div class="dim" id="modeHint"></div></div>
              <div class="row"><button id="take"><kbd>t</kbd> Take over</button>
              <button id="back"><kbd>h</kbd> Hand back</button><button id="stop">Stop</button></div></div>
            <div class="card" id="ask" hidden="hidden"><b id="asked"></b>
              <div class="row"><button id="yes">Do it</button><button id="no" class="primary">Do not</button></div></div>
            <div class="card"><div class="listHead"><h2>What the screen allows</h2></div><div id="liveCandidates"></div></div>
            <div class="card"><h2>Steps</h2><ol id="liveSteps"></ol></div>
          </section>
        </main>
        </div>

        <dialog id="help"><h1>Keys</h1><div class="keyTable" id="keyTable"></div>
          <p class="dim">A box's number is its candidate's place in the list. Green is what the verifier is sure of.</p>
          <form method="dialog"><button class="primary">Close</button></form></dialog>
        <dialog id="asking"><form method="dialog"><label id="wanted" for="given"></label>
          <input id="given" list="offered" autocomplete="off" spellcheck="false"/><datalist id="offered"></datalist>
          <div class="row end"><button value="no" type="button" id="dismiss">Cancel</button>
          <button value="yes" class="primary">OK</button></div></form></dialog>
        <div id="toast" role="status"></div>
        """
}
