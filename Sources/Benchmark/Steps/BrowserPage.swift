// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// What stands in a page of the browser tasks, in the block that its script reads.
struct BrowserPageData: Codable, Hashable, Sendable {
    struct Color: Codable, Hashable, Sendable {
        var name: String
        var hex: String
    }

    enum Kind: String, Codable, Sendable { case maze, multiply, draw }

    var kind: Kind
    /// A maze's rows; a number sign is a wall.
    var cells: [String]?
    var numbers: [Int]?
    var wanted: [String]?
    var palette: [Color]?

    private static let opening = #"<script type="application/json" id="page">"#

    /// Draws a page from a seed.
    init(_ kind: Kind, seed: UInt64) {
        var random = SeededRandom(seed: seed, name: "page")
        self.kind = kind
        switch kind {
        case .maze: cells = Self.maze(&random)
        case .multiply: numbers = (0..<5).map { _ in Int.random(in: 1...10, using: &random) }
        case .draw:
            let palette = Self.colors.shuffled(using: &random)
            self.palette = palette
            wanted = Array(palette.shuffled(using: &random).prefix(3)).map(\.name)
        }
    }

    /// Reads a page's file; nil where there is no such block in it.
    init?(html: String) {
        guard let start = html.firstRange(of: Self.opening),
            let end = html[start.upperBound...].firstRange(of: "</script>"),
            let data = try? JSON.decode(Self.self, from: Array(html[start.upperBound..<end.lowerBound].utf8))
        else { return nil }
        self = data
    }

    // MARK: The maze

    static let size = 4
    /// Longer ways would not fit into the task's steps.
    static let longestWay = 10

    private static func maze(_ random: inout SeededRandom) -> [String] {
        for _ in 0..<1000 {
            let cells = (0..<size).map { row in
                String(
                    (0..<size).map { column -> Character in
                        let isEnd = (row, column) == (0, 0) || (row, column) == (size - 1, size - 1)
                        return !isEnd && Int.random(in: 0..<100, using: &random) < 38 ? "#" : "."
                    }
                )
            }
            if let way = way(cells, from: (0, 0)), (6...longestWay).contains(way.count) { return cells }
        }
        return Array(repeating: String(repeating: ".", count: size), count: size)
    }

    /// The directions that lead from a cell to the last one in the fewest steps; nil where no way does.
    static func way(_ cells: [String], from start: (row: Int, column: Int)) -> [String]? {
        let grid = cells.map { Array($0) }
        guard let width = grid.first?.count, grid.indices.contains(start.row), (0..<width).contains(start.column) else {
            return nil
        }
        var ways: [Int: [String]] = [start.row * width + start.column: []]
        var queue = [start]
        var place = 0
        while place < queue.count {
            let (row, column) = queue[place]
            place += 1
            guard let way = ways[row * width + column] else { continue }
            if row == grid.count - 1, column == width - 1 { return way }
            for (name, down, right) in [("Right", 0, 1), ("Down", 1, 0), ("Left", 0, -1), ("Up", -1, 0)] {
                let (nextRow, nextColumn) = (row + down, column + right)
                guard grid.indices.contains(nextRow), grid[nextRow].indices.contains(nextColumn),
                    grid[nextRow][nextColumn] != "#", ways[nextRow * width + nextColumn] == nil
                else { continue }
                ways[nextRow * width + nextColumn] = way + [name]
                queue.append((nextRow, nextColumn))
            }
        }
        return nil
    }

    private static let colors = [
        ("red", "#e53935"), ("orange", "#fb8c00"), ("yellow", "#fdd835"), ("green", "#43a047"), ("teal", "#00897b"),
        ("cyan", "#00acc1"), ("blue", "#1e88e5"), ("indigo", "#3949ab"), ("purple", "#8e24aa"), ("pink", "#d81b60"),
        ("brown", "#6d4c41"), ("gray", "#757575"),
    ].map { Color(name: $0.0, hex: $0.1) }

    // MARK: The file

    /// The page as a file that any browser can show.
    func html() throws -> String {
        let (title, body, script) =
            switch kind {
            case .maze: ("Maze Puzzle", Self.mazeBody, Self.mazeScript)
            case .multiply: ("Memory Task", Self.multiplyBody, Self.multiplyScript)
            case .draw: ("Canvas Drawing", Self.drawBody, Self.drawScript)
            }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            </head>
            <body>
            <h1>\(title)</h1>
            \(body)
            <p id="message"></p>
            \(Self.opening)\(try JSON.line(self))</script>
            <script>
            const page = JSON.parse(document.getElementById("page").textContent);
            const $ = (id) => document.getElementById(id);
            const say = (words) => { $("message").textContent = words; };
            \(script)
            </script>
            </body>
            </html>

            """
    }

    private static let mazeBody = """
        <p>Navigate the X to the bottom-right cell.</p>
        <table id="maze" border="1"></table>
        <button id="up">Up</button> <button id="left">Left</button>
        <button id="right">Right</button> <button id="down">Down</button>
        """
    private static let mazeScript = """
        let row = 0, column = 0;
        const last = [page.cells.length - 1, page.cells[0].length - 1];
        function show() {
          $("maze").innerHTML = page.cells.map((line, r) => "<tr>" + [...line].map((cell, c) =>
            `<td id="cell-${r}-${c}" width="48" height="48" align="center"` +
            (cell === "#" ? ' style="background:#000" aria-label="wall">' : ">") +
            (r === row && c === column ? "X" : r === last[0] && c === last[1] ? "$" : "") + "</td>").join("") +
            "</tr>").join("");
          say(row === last[0] && column === last[1] ? "Success!" : "");
        }
        function move(down, right) {
          const line = page.cells[row + down];
          if (line === undefined || line[column + right] !== ".") return;
          row += down; column += right; show();
        }
        $("up").onclick = () => move(-1, 0);
        $("down").onclick = () => move(1, 0);
        $("left").onclick = () => move(0, -1);
        $("right").onclick = () => move(0, 1);
        show();
        """

    private static let multiplyBody = """
        <p>Click the button and remember the numbers. Then enter their product.</p>
        <button id="next">Click me</button>
        <p id="number"></p>
        <form id="form" hidden><input id="product" type="number" placeholder="Product"><button id="submit">Submit</button></form>
        """
    private static let multiplyScript = """
        let clicks = 0;
        $("next").onclick = () => {
          if (clicks === page.numbers.length) return;
          $("number").textContent = page.numbers[clicks++];
          $("form").hidden = clicks < page.numbers.length;
        };
        $("form").onsubmit = (event) => {
          event.preventDefault();
          const product = page.numbers.reduce((a, b) => a * b, 1);
          say(Number($("product").value) === product ? "Success!" : "Try again.");
        };
        """

    private static let drawBody = """
        <p>Create a drawing with these three colors, then submit it.</p>
        <div id="wanted"></div>
        <canvas id="canvas" width="360" height="300" style="border:1px solid; touch-action:none"></canvas>
        <div id="palette"></div>
        <p id="used">Nothing drawn yet</p>
        <button id="clear">Clear</button> <button id="submit">Submit</button>
        """
    private static let drawScript = """
        const canvas = $("canvas"), pen = canvas.getContext("2d");
        let color = null, used = [], drawing = false;
        const named = (name) => page.palette.find((c) => c.name === name);
        const list = () => { $("used").textContent = used.length ? "Drawn: " + used.join(", ") : "Nothing drawn yet"; };
        $("wanted").innerHTML = page.wanted.map((name) =>
          `<span role="img" aria-label="${name}" style="display:inline-block;width:48px;height:48px;background:${named(name).hex}"></span>`).join(" ");
        page.palette.forEach((c) => {
          const button = document.createElement("button");
          button.ariaLabel = c.name;
          button.style = `width:48px;height:48px;background:${c.hex}`;
          button.onclick = () => { color = c; };
          $("palette").append(button);
        });
        canvas.onpointerdown = (e) => { drawing = color !== null; pen.beginPath(); pen.moveTo(e.offsetX, e.offsetY); };
        canvas.onpointermove = (e) => {
          if (!drawing) return;
          pen.strokeStyle = color.hex; pen.lineWidth = 5; pen.lineTo(e.offsetX, e.offsetY); pen.stroke();
          if (!used.includes(color.name)) { used.push(color.name); list(); }
        };
        canvas.onpointerup = () => { drawing = false; };
        $("clear").onclick = () => { pen.clearRect(0, 0, canvas.width, canvas.height); used = []; list(); say(""); };
        $("submit").onclick = () => say(page.wanted.every((n) => used.includes(n)) ? "Success!" : "Use all three colors.");
        """
}

/// Puts a page for the browser into the folder of downloads, drawn from `seed`: `kind` is `maze`, `multiply` or `draw`. As a check: the
/// page is still the one that was put there, so that whatever it says is said about the task.
struct BrowserPage: TaskProgram {
    static let path = "/sdcard/Download/task.html"
    private let data: BrowserPageData

    init(_ arguments: ProgramArguments) throws {
        guard let kind = BrowserPageData.Kind(rawValue: try arguments.need("kind")) else {
            throw arguments.failure("kind must be maze, multiply or draw")
        }
        data = BrowserPageData(kind, seed: UInt64(max(0, try arguments.integer("seed"))))
    }

    func setUp(_ device: any DeviceLink) async throws {
        let now = Int64(try await device.run("date +%s").text.trimmingSpaces)
        try await device.push(Array(try data.html().utf8), to: Self.path, mode: 0o644, modified: now)
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        guard try await device.run("test -f \(Self.path)").exitCode == 0 else {
            return CheckOutcome(passed: false, found: "no page")
        }
        let same = try await device.pull(Self.path) == Array(data.html().utf8)
        return CheckOutcome(passed: same, found: same ? "the page that was put there" : "another page")
    }
}
