// SPDX-License-Identifier: Apache-2.0

extension AnnotationPage {
    static let style = """
        html, body { height: 100%; } [hidden] { display: none !important; }
        #app { display: grid; grid-template-rows: auto auto minmax(0, 1fr); height: 100vh; }
        #head { display: flex; align-items: center; gap: 18px; padding: 10px 24px; background: var(--card);
          border-bottom: 1px solid var(--line); }
        #brand { font-size: 16px; letter-spacing: -.01em; color: var(--dim); white-space: nowrap; }
        #brand b { color: var(--text); font-weight: 650; }
        #tabs { display: flex; gap: 2px; }
        #tabs button, #tabs a { border: 0; background: none; padding: 6px 12px; border-radius: 8px; color: var(--dim);
          text-decoration: none; font: inherit; cursor: pointer; }
        #tabs button:hover, #tabs a:hover { color: var(--text); background: var(--accent-soft); }
        #tabs .on { color: var(--text); background: var(--accent-soft); font-weight: 600; }
        #meter { flex: 1; display: flex; height: 8px; border-radius: 4px; overflow: hidden; background: var(--line);
          min-width: 80px; }
        #meter i { display: block; height: 100%; width: 0; transition: width .2s; background: var(--accent); }
        #meter #meterAuto { background: var(--good); opacity: .75; }
        #counts { color: var(--dim); font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; }
        #problem { margin: 0; padding: 10px 24px; background: var(--bad); color: #fff; white-space: pre-wrap; }
        #problem:empty { display: none; }
        button { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line);
          border-radius: 9px; padding: 6px 12px; cursor: pointer; }
        button:hover:enabled { border-color: var(--accent); }
        button:disabled { opacity: .45; cursor: default; }
        button:focus-visible, input:focus-visible, summary:focus-visible { outline: 2px solid var(--accent);
          outline-offset: 1px; }
        .primary { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
        @media (prefers-color-scheme: dark) { .primary, #problem { color: #10151c; } }
        kbd { font: 600 12px ui-monospace, "Roboto Mono", monospace; border: 1px solid currentColor; border-radius: 5px;
          padding: 0 5px; opacity: .7; min-width: 20px; display: inline-block; text-align: center; }
        input { font: inherit; color: var(--text); background: var(--back); border: 1px solid var(--line);
          border-radius: 9px; padding: 7px 12px; width: 100%; min-width: 0; }
        #who { border-radius: 20px; } #helpButton { border-radius: 50%; width: 34px; height: 34px; padding: 0; }
        .view { max-width: 1280px; width: 100%; padding: 20px 24px; min-height: 0; margin: 0 auto; }
        #label, #live { display: grid; grid-template-columns: minmax(280px, 5fr) minmax(420px, 7fr); gap: 28px; }
        .stage { display: flex; flex-direction: column; align-items: center; min-height: 0; min-width: 0; }
        .phone { background: linear-gradient(145deg, #3a3f47, #15171a 35%, #0b0c0e); border-radius: 34px; padding: 9px;
          box-shadow: 0 0 0 1px #50565f, 0 14px 40px rgba(0, 0, 0, .25); }
        .display { position: relative; overflow: hidden; border-radius: 26px; background: #000; user-select: none; }
        .display img { display: block; width: 100%; height: 100%; }
        .display .none { position: absolute; inset: 0; display: grid; place-items: center; color: #98a2b0; text-align: center;
          padding: 24px; }
        .box { position: absolute; border: 2px solid var(--tone); border-radius: 5px; cursor: pointer; box-sizing: border-box; }
        .box span { position: absolute; left: -2px; top: -2px; background: var(--tone); color: #fff; border-radius: 5px 0 5px 0;
          font: 700 11px/16px system-ui, sans-serif; min-width: 18px; text-align: center; padding: 0 3px; }
        .box.far { border-width: 1px; } .box.far span { font-size: 9px; line-height: 12px; min-width: 14px; opacity: .8; }
        .box.at { background: color-mix(in srgb, var(--accent) 22%, transparent); border-width: 3px; z-index: 2;
          border-color: var(--accent); } .box.at span { background: var(--accent); }
        .box.marked { background: color-mix(in srgb, var(--good) 28%, transparent); }
        .box.harm { background: color-mix(in srgb, var(--bad) 28%, transparent); border-style: dashed; }
        .hideBoxes .box:not(.at) { display: none; }
        .under { color: var(--dim); font-size: 13px; margin: 10px 0 0; text-align: center; overflow-wrap: anywhere; }
        .side { display: flex; flex-direction: column; gap: 14px; min-height: 0; overflow-y: auto; padding: 1px 4px 12px 1px; }
        .side > * { flex-shrink: 0; }
        .goal h1 { font-size: 20px; margin: 2px 0 0; white-space: pre-wrap; }
        .goal details { margin-top: 8px; } summary { cursor: pointer; color: var(--dim); font-size: 14px; }
        #history { margin: 6px 0 0; padding-left: 22px; font-size: 14px; }
        h2 { margin: 0; font-size: 14px; color: var(--dim); font-weight: 600; }
        .listHead { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 8px; gap: 12px; }
        #belief { font-size: 13px; color: var(--dim); font-variant-numeric: tabular-nums; }
        #candidates, #liveCandidates { max-height: 46vh; overflow-y: auto; display: grid; gap: 3px; }
        .candidate { position: relative; display: grid; grid-template-columns: 28px 1fr auto auto; gap: 10px; padding: 5px 10px;
          align-items: center; border-radius: 8px; overflow: hidden; cursor: pointer; border: 1.5px solid transparent; }
        .candidate:hover { background: var(--back); }
        .candidate .bar { position: absolute; inset: 0 auto 0 0; background: var(--tone); opacity: .16; }
        .candidate > * { position: relative; } .candidate > .bar { position: absolute; }
        .candidate .rank { color: var(--dim); font: 600 13px ui-monospace, "Roboto Mono", monospace; text-align: right; }
        .candidate .words { overflow-wrap: anywhere; }
        .candidate .marks { display: flex; gap: 6px; }
        .candidate .share { font-size: 13px; color: var(--dim); font-variant-numeric: tabular-nums; }
        .candidate.at { border-color: var(--accent); background: var(--accent-soft); }
        .candidate.marked { border-color: var(--good); } .candidate.marked .words { font-weight: 600; }
        .candidate.harm { border-color: var(--bad); border-style: dashed; }
        .tag { font-size: 12px; border-radius: 10px; padding: 1px 8px; border: 1px solid currentColor; white-space: nowrap; }
        .tag.done { color: var(--dim); } .tag.right { color: var(--good); } .tag.harmful, .tag.wrong { color: var(--bad); }
        #liveCandidates { max-height: 36vh; }
        .actions { display: flex; flex-wrap: wrap; gap: 8px; } .actions .warn { color: var(--bad); }
        #prompt { margin-top: 8px; color: var(--dim); max-height: 300px; overflow-y: auto; }
        .empty { max-width: 520px; margin: 12vh auto; text-align: center; padding: 36px; }
        .row { display: flex; gap: 8px; align-items: center; } .row.end { justify-content: flex-end; }
        #episodes { display: grid; grid-template-columns: 340px minmax(0, 1fr); gap: 20px; }
        #episodeList { padding: 8px; overflow-y: auto; } #episode { overflow-y: auto; }
        .entry { padding: 8px 12px; border-radius: 8px; cursor: pointer; } .entry:hover, .entry.on { background: var(--accent-soft); }
        .entry .tags, .verdicts { display: flex; gap: 6px; margin-top: 4px; flex-wrap: wrap; align-items: center; }
        .strip { display: flex; gap: 14px; overflow-x: auto; padding: 14px 2px; }
        .shot { flex: 0 0 150px; font-size: 13px; cursor: pointer; } .shot .words { margin-top: 6px; overflow-wrap: anywhere; }
        .shot .frame { border: 3px solid var(--line); border-radius: 12px; overflow: hidden; background: #000; height: 310px; }
        .shot img { width: 100%; height: 100%; object-fit: contain; display: block; }
        .shot.right .frame { border-color: var(--good); } .shot.wrong .frame { border-color: var(--bad); }
        .shot.first .frame { outline: 3px solid var(--bad); outline-offset: 2px; } .shot.on .words { font-weight: 650; }
        #mode { display: flex; justify-content: space-between; align-items: center; gap: 12px; flex-wrap: wrap; }
        #mode.person { border-color: var(--accent); background: var(--accent-soft); }
        #liveSteps { margin: 8px 0 0; padding-left: 22px; font-size: 14px; } #liveSteps .me { font-weight: 650; }
        #liveSteps li { margin: 2px 0; } #liveSteps button { padding: 0 8px; font-size: 12px; margin-left: 8px; }
        dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--card); color: var(--text); padding: 24px;
          width: min(560px, 92vw); } dialog::backdrop { background: rgba(0, 0, 0, .45); }
        dialog h1 { font-size: 20px; margin-bottom: 14px; } #asking form { display: grid; gap: 12px; } #asking { width: min(420px, 92vw); }
        .keyTable { display: grid; grid-template-columns: auto 1fr; gap: 7px 18px; align-items: baseline; }
        .keyTable div:nth-child(odd) { text-align: right; }
        #toast { position: fixed; bottom: 22px; left: 50%; transform: translateX(-50%); background: var(--text); color: var(--back);
          padding: 8px 18px; border-radius: 20px; opacity: 0; transition: opacity .2s; pointer-events: none; font-size: 14px; }
        #toast.on { opacity: .94; }
        @media (max-width: 860px) { #label, #live, #episodes { display: block; overflow-y: auto; } #head { flex-wrap: wrap; }
          .side { margin-top: 18px; overflow: visible; } #candidates { max-height: none; } }

        """
}
