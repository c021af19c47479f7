// SPDX-License-Identifier: Apache-2.0

import Pages

/// The pages of `emulator view` and of the person in the bench: one frame, two sides.
enum ViewPage {
    /// A device to touch.
    static func device(_ serial: String) -> LivePage {
        LivePage(
            title: "\(serial) · droidagent",
            style: style,
            body: body(side: deviceSide, mode: "device"),
            script: script
        )
    }

    /// A task to do.
    static var human: LivePage {
        LivePage(title: "droidagent bench", style: style, body: body(side: humanSide, mode: "human"), script: script)
    }

    private static func body(side: String, mode: String) -> String {
        """
        <div id="app" data-mode="\(mode)">
        <section id="stage">
          <div id="phone"><div id="display">
            <img id="screen" alt="The device's screen" draggable="false"/>
            <div id="outline" hidden="hidden"></div><svg id="trail" aria-hidden="true"></svg>
            <div id="cover">Waiting for the device…</div>
          </div></div>
          <p id="status" role="status"></p>
        </section>
        <aside id="side">
        \(side)
        </aside></div>
        <div id="menu" hidden="hidden" role="menu"></div>
        <dialog id="asking"><form method="dialog"><label id="wanted" for="given"></label>
        <input id="given" list="apps" autocomplete="off" spellcheck="false"/><datalist id="apps"></datalist>
        <div class="row"><button value="no" type="button" id="dismiss">Cancel</button>
        <button value="yes" class="primary">OK</button></div></form></dialog>
        """
    }

    private static let deviceSide = """
        <h1 id="serial">Device</h1>
        <p id="problem" class="bad"></p>
        <div class="card"><div class="keys">
        <button data-key="back" title="Back"><svg viewBox="0 0 24 24"><path d="M16 5 L7 12 L16 19 Z"/></svg>Back</button>
        <button data-key="home" title="Home"><svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="7"/></svg>Home</button>
        <button data-key="recents" title="Recents"><svg viewBox="0 0 24 24"><rect x="6" y="6" width="12" height="12"/></svg>\
        Recents</button>
        <button data-key="enter" title="Enter"><svg viewBox="0 0 24 24"><path d="M19 5 V13 H6 M10 9 L6 13 L10 17"/></svg>\
        Enter</button>
        </div>
        <form id="typing"><input id="text" placeholder="Type into the focused field, then Enter" autocomplete="off"
        spellcheck="false" aria-label="Text to type"/><button class="primary">Send</button></form></div>
        <div class="card"><label class="toggle"><input type="checkbox" id="inspect"/> Outline the element under the \
        mouse</label><dl id="element"></dl></div>
        <p class="dim hint">Click taps. Drag swipes, as far and as long as you drag. Hold half a second for a long \
        press.</p>
        """

    private static let humanSide = """
        <p id="problem" class="bad"></p>
        <div class="card goal"><div class="dim" id="step"></div><h1 id="goal">Waiting for the first task…</h1>
        <div id="bar"><i></i></div></div>
        <div class="row verdict"><button id="complete" class="good-button">Complete</button>
        <button id="infeasible" class="bad-button">Infeasible</button></div>
        <div class="card"><h2>What you may do</h2><div id="candidates"></div></div>
        <div class="card"><h2>What you did</h2><ol id="memory"></ol></div>
        <div class="card" id="past" hidden="hidden"><h2>Episodes</h2><ul id="notes"></ul></div>
        """

    private static let style = """
        html, body { height: 100%; } body { overflow: hidden; }
        [hidden] { display: none !important; }
        #app { display: grid; grid-template-columns: minmax(0, 1fr) minmax(320px, 460px); height: 100vh; gap: 8px;
          max-width: 1280px; margin: 0 auto; }
        #stage { display: flex; flex-direction: column; align-items: center; justify-content: center; min-width: 0;
          min-height: 0; padding: 16px 16px 8px; }
        #side { padding: 24px 24px 24px 0; overflow-y: auto; display: flex; flex-direction: column; gap: 14px; }
        #phone { background: linear-gradient(145deg, #3a3f47, #15171a 35%, #0b0c0e); border-radius: 44px; padding: 12px;
          box-shadow: 0 0 0 2px #50565f, 0 18px 50px rgba(0, 0, 0, .35); position: relative; max-width: 100%; }
        #phone::after { content: ""; position: absolute; right: -4px; top: 24%; width: 4px; height: 64px;
          background: #50565f; border-radius: 0 3px 3px 0; }
        #display { position: relative; overflow: hidden; border-radius: 33px; background: #000; cursor: pointer;
          touch-action: none; user-select: none; min-width: 60px; min-height: 100px; }
        #screen { display: block; width: 100%; height: 100%; }
        #trail { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
        #trail line { stroke: var(--accent); stroke-width: 6; stroke-linecap: round; opacity: .7; }
        #trail circle { fill: var(--accent); opacity: .45; }
        #outline { position: absolute; border: 2px solid var(--accent); background: rgba(26, 102, 214, .16);
          border-radius: 3px; pointer-events: none; }
        #cover { position: absolute; inset: 0; display: grid; place-items: center; color: #cdd3da; text-align: center;
          padding: 16px; background: rgba(0, 0, 0, .55); transition: opacity .15s; }
        #cover.off { opacity: 0; pointer-events: none; }
        #status { margin: 12px 0 0; color: var(--dim); font-size: 13px; text-align: center; min-height: 20px;
          overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        #side h1 { font-size: 21px; } #side h2 { margin: 0 0 8px; font-size: 14px; color: var(--dim); font-weight: 600; }
        #problem { margin: 0; white-space: pre-wrap; } #problem:empty { display: none; }
        button { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line);
          border-radius: 9px; padding: 7px 14px; cursor: pointer; }
        button:hover:enabled { border-color: var(--accent); background: var(--accent-soft); }
        button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
        button:disabled { opacity: .45; cursor: default; }
        .primary { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
        .primary:hover:enabled { background: var(--accent); filter: brightness(1.1); }
        .keys { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; margin-bottom: 12px; }
        .keys button { display: flex; flex-direction: column; align-items: center; gap: 2px; padding: 8px 4px;
          font-size: 13px; }
        .keys svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8;
          stroke-linejoin: round; stroke-linecap: round; }
        input:not([type=checkbox]) { font: inherit; color: var(--text); background: var(--back); min-width: 0;
          border: 1px solid var(--line); border-radius: 9px; padding: 7px 12px; width: 100%; }
        #typing { display: flex; gap: 8px; }
        .toggle { display: flex; gap: 8px; align-items: center; cursor: pointer; }
        #element { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 10px 0 0; font-size: 14px; }
        #element:empty { margin: 0; } #element dt { color: var(--dim); } #element dd { margin: 0; overflow-wrap: anywhere; }
        .hint { margin: 0; font-size: 13px; }
        .row { display: flex; gap: 10px; justify-content: flex-end; } .verdict button { flex: 1; font-weight: 600; }
        .good-button { color: var(--good); } .bad-button { color: var(--bad); }
        .goal h1 { margin: 4px 0 12px; white-space: pre-wrap; }
        #bar { height: 5px; border-radius: 3px; background: var(--line); overflow: hidden; }
        #bar i { display: block; height: 100%; width: 0; background: var(--accent); transition: width .2s; }
        #candidates { display: flex; flex-wrap: wrap; gap: 6px; }
        #candidates button, #menu button { text-align: left; padding: 4px 10px; font-size: 14px; }
        #candidates button.lit { border-color: var(--accent); background: var(--accent-soft); }
        #memory, #notes { margin: 0; padding-left: 22px; font-size: 14px; } #memory:empty::before { content: "Nothing yet";
          color: var(--dim); margin-left: -22px; }
        #menu { position: fixed; z-index: 5; display: flex; flex-direction: column; gap: 2px; padding: 6px;
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; max-width: 340px;
          box-shadow: 0 10px 30px rgba(0, 0, 0, .3); }
        #menu button { border-color: transparent; background: none; }
        dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--card); color: var(--text);
          padding: 20px; width: min(420px, 90vw); } dialog::backdrop { background: rgba(0, 0, 0, .4); }
        dialog form { display: grid; gap: 12px; }
        @media (max-width: 760px) { body { overflow: auto; } #app { display: block; height: auto; }
          #side { padding: 0 16px 24px; } }

        """
}
