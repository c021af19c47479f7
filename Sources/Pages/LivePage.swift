// SPDX-License-Identifier: Apache-2.0

/// A page with a script, for a `LoopbackServer`: one file that loads nothing from anywhere but the server it came from.
public struct LivePage: Sendable {
    public var title: String
    public var style: String
    /// Mark-up whose texts are escaped already.
    public var body: String
    public var script: String

    public init(title: String, style: String, body: String, script: String) {
        self.title = title
        self.style = style
        self.body = body
        self.script = script
    }

    /// The page. Only the style and the script that bear this answer's own random word are run.
    public func response() -> PageResponse {
        let nonce = LoopbackServer.freshToken()
        let policy =
            "default-src 'none'; img-src blob: data:; connect-src 'self'; script-src 'nonce-\(nonce)'; "
            + "style-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        let html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>\(HTML.escape(title))</title>
            <link rel="icon" href="data:,"/>
            <style nonce="\(nonce)">\(PageShell.baseStyle)\(style)</style></head>
            <body>
            \(body)
            <script nonce="\(nonce)">\(script)</script>
            </body></html>

            """
        return PageResponse(
            type: "text/html; charset=utf-8",
            headers: ["Content-Security-Policy": policy],
            body: Array(html.utf8)
        )
    }
}
