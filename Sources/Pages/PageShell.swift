// SPDX-License-Identifier: Apache-2.0

/// One self-contained HTML page: its style is inside, it loads nothing, and it follows the reader's light or dark mode.
public struct PageShell: Sendable {
    /// The title in the tab and at the head of the page.
    public var title: String
    /// A line under the title, or the empty string.
    public var subtitle: String
    /// Style sheet text that is added to the shell's own.
    public var style: String
    /// The page's content: mark-up whose texts are escaped already.
    public var body: String

    public init(title: String, subtitle: String = "", style: String = "", body: String = "") {
        self.title = title
        self.subtitle = subtitle
        self.style = style
        self.body = body
    }

    /// Adds a section with a heading; `content` is mark-up.
    public mutating func section(_ heading: String, _ content: String) {
        body += "<section><h2>\(HTML.escape(heading))</h2>\n\(content)\n</section>\n"
    }

    /// The whole page. It is well-formed XML as well as HTML, which keeps it easy to check.
    public var html: String {
        let under = subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(HTML.escape(subtitle))</p>"
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
            style-src 'unsafe-inline'"/>
            <title>\(HTML.escape(title))</title>
            <style>\(Self.baseStyle)\(style)</style></head>
            <body><header class="top"><h1>\(HTML.escape(title))</h1>\(under)</header>
            <main>
            \(body)
            </main></body></html>

            """
    }

    /// Colours are variables, so that pages and plots share them in both modes.
    public static let baseStyle = """
        :root { color-scheme: light dark; --back: #f6f7f9; --card: #ffffff; --text: #1b1f24; --dim: #667080;
          --line: #dfe3e8; --accent: #1a66d6; --accent-soft: #dbe8fb; --good: #1a7f4b; --bad: #c0392b;
          --series-0: #1a66d6; --series-1: #d9822b; --series-2: #1a7f4b; --series-3: #8e44ad; --series-4: #c0392b; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171b; --card: #1d2127; --text: #e7eaee; --dim: #98a2b0;
          --line: #323841; --accent: #6aa5ff; --accent-soft: #22344f; --good: #4cc38a; --bad: #ff7b6b;
          --series-0: #6aa5ff; --series-1: #f0a860; --series-2: #4cc38a; --series-3: #c58af0; --series-4: #ff7b6b; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text);
          font: 15px/1.5 system-ui, Roboto, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
        header.top, main { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
        header.top { padding-top: 32px; padding-bottom: 8px; }
        h1 { font-size: 26px; line-height: 1.25; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
        h2 { font-size: 18px; margin: 32px 0 12px; font-weight: 650; }
        h3 { font-size: 15px; margin: 0 0 8px; font-weight: 600; }
        .subtitle { margin: 6px 0 0; color: var(--dim); }
        table { border-collapse: collapse; width: 100%; font-size: 14px; }
        th { text-align: left; color: var(--dim); font-weight: 550; }
        th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        td:first-child, th:first-child { white-space: nowrap; overflow-wrap: normal; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px; }
        code, pre { font-family: ui-monospace, "Roboto Mono", "DejaVu Sans Mono", monospace; font-size: 13px; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
        .dim { color: var(--dim); } .good { color: var(--good); } .bad { color: var(--bad); }
        svg text { fill: var(--dim); font-size: 12px; }
        footer { color: var(--dim); font-size: 13px; padding: 32px 0; }

        """
}
