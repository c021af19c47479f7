// SPDX-License-Identifier: Apache-2.0

import Media

/// A page as a `WebView` shows it: elements of HTML are plain views, and their ids are resource ids without a package.
struct WebPageView: Component {
    let page: WebPage
    /// Changes the page, as its script does when something was touched.
    let change: (@escaping (inout WebPage) -> Void) -> Void

    var view: View {
        ScrollView {
            VStack {
                Text(page.title, size: 24, weight: .bold, color: .rgb(0x202124)).className("android.view.View")
                    .padding(vertical: 12)
                content
                if !page.message.isEmpty {
                    Text(page.message, size: 20, weight: .medium, color: .rgb(0x188038)).className("android.view.View")
                        .id("message").padding(vertical: 12).key("message")
                }
            }
            .unlisted()
            .padding(16)
            .fillWidth()
        }
        .className("android.webkit.WebView")
        .withText(page.title)
        .focusable()
        .background(.rgb(0xffffff))
        .fill()
    }

    private var content: [View] {
        switch page.content {
        case .maze(let maze): self.maze(maze)
        case .multiply: multiply
        case .draw(let wanted, let palette): drawing(wanted, palette)
        }
    }

    private func words(_ text: String) -> View {
        Text(text, size: 16, color: .rgb(0x202124)).className("android.view.View").padding(vertical: 6)
    }

    private func button(_ title: String, _ id: String, _ act: @escaping (inout WebPage) -> Void) -> View {
        Button(title, style: .outlined) { [change] in change(act) }.id(id).background(.rgb(0xe8e8e8), radius: 4)
    }

    // MARK: The maze

    private func maze(_ maze: WebPage.Maze) -> [View] {
        let side: Dp = min(72, 340 / Dp(max(maze.rows, maze.columns)))
        return [
            words("Navigate the X to the bottom-right cell."),
            VStack {
                for row in 0..<maze.rows {
                    HStack {
                        for column in 0..<maze.columns {
                            cell(WebPage.Cell(row: row, column: column), maze, side)
                        }
                    }
                    .unlisted()
                }
            }
            .className("android.widget.GridView").id("maze").margin(vertical: 12),
            VStack(spacing: 4) {
                button("Up", "up") { $0.move(rows: -1, columns: 0) }.align(.center)
                HStack(spacing: 16) {
                    button("Left", "left") { $0.move(rows: 0, columns: -1) }
                    button("Right", "right") { $0.move(rows: 0, columns: 1) }
                }
                .unlisted()
                button("Down", "down") { $0.move(rows: 1, columns: 0) }.align(.center)
            }
            .unlisted().margin(vertical: 8),
        ]
    }

    private func cell(_ cell: WebPage.Cell, _ maze: WebPage.Maze, _ side: Dp) -> View {
        let isHere = page.cell == cell
        let isWall = !maze.isFree(cell)
        let isGoal = cell == WebPage.Cell(row: maze.rows - 1, column: maze.columns - 1)
        return ZStack {
            Text(isHere ? "X" : isGoal ? "$" : "", size: 28, weight: .bold, color: .rgb(0x202124)).unlisted()
                .align(.center)
        }
        .className("android.view.View")
        .id("cell-\(cell.row)-\(cell.column)")
        .withText(isHere ? "X" : isGoal ? "$" : "")
        .described(isWall ? "wall" : "")
        .size(side, side)
        .background(.rgb(isWall ? 0x202124 : 0xffffff), border: .rgb(0x5f6368))
    }

    // MARK: The numbers

    private var multiply: [View] {
        var parts = [
            words("Click the button and remember the numbers. Then enter their product."),
            button("Click me", "next") { $0.click() }.margin(vertical: 8),
        ]
        if let number = page.number {
            parts.append(
                Text("\(number)", size: 40, weight: .bold, color: .rgb(0x202124)).className("android.view.View")
                    .id("number").padding(vertical: 8).key("number")
            )
        }
        if page.hasForm {
            let text = Binding(
                get: { [page] in page.input },
                set: { [change] text in change { $0.input = text } }
            )
            parts.append(
                TextField("Product", text: text, id: "product", kind: .number).view.margin(vertical: 8).key("form")
            )
            parts.append(button("Submit", "submit") { $0.submit() })
        }
        return parts
    }

    // MARK: The canvas

    private func drawing(_ wanted: [String], _ palette: [WebPage.Color]) -> [View] {
        let tasks = wanted.compactMap { name in palette.first { $0.name == name } }
        let strokes = page.strokes
        return [
            words("Create a drawing with these three colors, then submit it."),
            HStack(spacing: 12) {
                for color in tasks {
                    ZStack().className("android.widget.Image").withText(color.name).size(48, 48)
                        .background(.rgb(color.rgb ?? 0)).key(color.name)
                }
            }
            .id("wanted").margin(vertical: 8),
            Drawing { canvas, rect, _ in
                canvas.fill(rect, RGBA(hex: 0xffffff))
                canvas.stroke(rect, RGBA(hex: 0x5f6368), width: 3)
                for stroke in strokes {
                    canvas.line(
                        from: (rect.x + stroke.from.x * rect.width, rect.y + stroke.from.y * rect.height),
                        to: (rect.x + stroke.to.x * rect.width, rect.y + stroke.to.y * rect.height),
                        RGBA(hex: stroke.color.rgb ?? 0),
                        width: 14
                    )
                }
            }
            .id("canvas").focusable().fillWidth().height(300)
            .onPoint { [change] place, _ in change { $0.draw(from: Self.share(place), to: Self.share(place)) } }
            .onDrag { [change] from, to in change { $0.draw(from: Self.share(from), to: Self.share(to)) } },
            Grid(columns: 6) {
                for color in palette {
                    let isChosen = page.color == color
                    ZStack().className("android.widget.Button").withText(color.name).height(48).margin(4)
                        .background(
                            .rgb(color.rgb ?? 0),
                            radius: 4,
                            border: .rgb(isChosen ? 0x202124 : 0xdadce0),
                            borderWidth: isChosen ? 4 : 1
                        )
                        .selected(isChosen).key(color.name)
                        .onClick { [change] in change { $0.color = color } }
                }
            }
            .id("palette").margin(vertical: 8),
            words(page.used.isEmpty ? "Nothing drawn yet" : "Drawn: " + page.used.joined(separator: ", ")).id("used"),
            HStack(spacing: 16) {
                button("Clear", "clear") { $0.clear() }
                button("Submit", "submit") { $0.submit() }
            }
            .unlisted(),
        ]
    }

    private static func share(_ place: View.Place) -> SIMD2<Double> {
        SIMD2(place.x / max(place.width, 1), place.y / max(place.height, 1)).clamped(
            lowerBound: SIMD2(0, 0),
            upperBound: SIMD2(1, 1)
        )
    }
}
