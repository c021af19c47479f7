// SPDX-License-Identifier: Apache-2.0

/// Plots as SVG text that takes its colours from the page. Coordinates are rounded to a tenth, so equal data gives
/// equal bytes.
public enum Plot {
    /// One line of a line plot: a name for the legend and its points in data units.
    public struct Series: Sendable {
        public var name: String
        public var points: [(x: Double, y: Double)]

        public init(name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }
    }

    /// One bar: a name, a value, and optionally the ends of an interval around it.
    public struct Bar: Sendable {
        public var name: String
        public var value: Double
        public var low: Double?
        public var high: Double?

        public init(name: String, value: Double, low: Double? = nil, high: Double? = nil) {
            self.name = name
            self.value = value
            self.low = low
            self.high = high
        }
    }

    /// Lines over shared axes. Points that are not finite are left out; without any point the plot says so.
    public static func lines(
        _ series: [Series],
        xTitle: String = "",
        yTitle: String = "",
        yRange: ClosedRange<Double>? = nil,
        width: Int = 640,
        height: Int = 280
    ) -> String {
        let clean = series.map { one in
            Series(name: one.name, points: one.points.filter { $0.x.isFinite && $0.y.isFinite })
        }
        let all = clean.flatMap(\.points)
        guard let first = all.first else { return notice("no data", width: width) }
        var frame = Frame(width: Double(width), height: Double(height), left: 56, right: 16, top: 28, bottom: 40)
        frame.x = span(all.map(\.x).reduce((first.x, first.x)) { (min($0.0, $1), max($0.1, $1)) })
        frame.y = yRange ?? span(all.map(\.y).reduce((first.y, first.y)) { (min($0.0, $1), max($0.1, $1)) })
        var out = open(width: width, height: height)
        out += frame.grid(xTitle: xTitle, yTitle: yTitle, xTicks: ticks(frame.x))
        for (index, one) in clean.enumerated() {
            let colour = "var(--series-\(index % 5))"
            let path = one.points.map { "\(short(frame.px($0.x))),\(short(frame.py($0.y)))" }.joined(separator: " ")
            out += "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(path)\"/>"
            if one.points.count <= 40 {
                for point in one.points {
                    out +=
                        "<circle cx=\"\(short(frame.px(point.x)))\" cy=\"\(short(frame.py(point.y)))\" r=\"2.5\" "
                        + "fill=\"\(colour)\"/>"
                }
            }
        }
        out += legend(clean.map(\.name), left: frame.left)
        return out + "</svg>"
    }

    /// Horizontal bars with their values, and a whisker where an interval is given.
    public static func bars(
        _ bars: [Bar],
        range: ClosedRange<Double>? = nil,
        width: Int = 640,
        format: (Double) -> String = { Plot.label($0) }
    ) -> String {
        let clean = bars.filter { $0.value.isFinite }
        guard !clean.isEmpty else { return notice("no data", width: width) }
        let row = 26.0
        let names = min(220.0, 12 + 7 * Double(clean.map(\.name.count).max() ?? 0))
        let top = clean.map { max($0.value, $0.high ?? $0.value) }.max() ?? 1
        let bottom = min(0, clean.map { min($0.value, $0.low ?? $0.value) }.min() ?? 0)
        let domain = range ?? bottom...(top > bottom ? top : bottom + 1)
        let room = Double(width) - names - 72
        func x(_ value: Double) -> Double {
            let share = (value - domain.lowerBound) / max(domain.upperBound - domain.lowerBound, .leastNormalMagnitude)
            return names + room * min(max(share, 0), 1)
        }
        let zero = x(min(max(0, domain.lowerBound), domain.upperBound))
        var out = open(width: width, height: Int(row) * clean.count + 8)
        for (index, bar) in clean.enumerated() {
            let y = row * Double(index) + 4
            let end = x(bar.value)
            let limit = max(4, Int((names - 12) / 7))
            let name = bar.name.count > limit ? bar.name.prefix(limit - 1) + "…" : bar.name[...]
            out +=
                "<text x=\"\(short(names - 8))\" y=\"\(short(y + 15))\" text-anchor=\"end\">"
                + "\(HTML.escape(String(name)))</text>"
            out +=
                "<rect x=\"\(short(min(zero, end)))\" y=\"\(short(y + 2))\" width=\"\(short(abs(end - zero)))\" "
                + "height=\"18\" rx=\"3\" fill=\"var(--series-0)\"/>"
            if let low = bar.low, let high = bar.high {
                out +=
                    "<path d=\"M\(short(x(low))) \(short(y + 11))H\(short(x(high)))M\(short(x(low))) \(short(y + 6))v10"
                    + "M\(short(x(high))) \(short(y + 6))v10\" stroke=\"var(--text)\" fill=\"none\"/>"
            }
            let right = max(end, bar.high.map(x) ?? end)
            out += "<text x=\"\(short(right + 6))\" y=\"\(short(y + 15))\">\(HTML.escape(format(bar.value)))</text>"
        }
        return out + "</svg>"
    }

    /// A number as an axis shows it: at most four significant digits and no trailing zeros.
    public static func label(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value == 0 { return "0" }
        let size = abs(value)
        if size >= 1e6 || size < 1e-3 { return scientific(value) }
        var digits = 3
        var limit = 1.0
        while size >= limit * 10 && digits > 0 {
            digits -= 1
            limit *= 10
        }
        return fixed(value, digits)
    }

    // MARK: - Parts

    private struct Frame {
        var width: Double
        var height: Double
        var left: Double
        var right: Double
        var top: Double
        var bottom: Double
        var x: ClosedRange<Double> = 0...1
        var y: ClosedRange<Double> = 0...1

        func px(_ value: Double) -> Double {
            left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * (width - left - right)
        }

        func py(_ value: Double) -> Double {
            let clamped = min(max(value, y.lowerBound), y.upperBound)
            return height - bottom - (clamped - y.lowerBound) / (y.upperBound - y.lowerBound) * (height - top - bottom)
        }

        func grid(xTitle: String, yTitle: String, xTicks: [Double]) -> String {
            var out = ""
            for tick in ticks(y) {
                let at = short(py(tick))
                out +=
                    "<line x1=\"\(short(left))\" x2=\"\(short(width - right))\" y1=\"\(at)\" y2=\"\(at)\" "
                    + "stroke=\"var(--line)\"/><text x=\"\(short(left - 8))\" y=\"\(short(py(tick) + 4))\" "
                    + "text-anchor=\"end\">\(label(tick))</text>"
            }
            for tick in xTicks {
                out +=
                    "<text x=\"\(short(px(tick)))\" y=\"\(short(height - bottom + 18))\" text-anchor=\"middle\">"
                    + "\(label(tick))</text>"
            }
            if !xTitle.isEmpty {
                out +=
                    "<text x=\"\(short((left + width - right) / 2))\" y=\"\(short(height - 4))\" text-anchor=\"middle\">"
                    + "\(HTML.escape(xTitle))</text>"
            }
            if !yTitle.isEmpty {
                out += "<text x=\"\(short(width - right))\" y=\"14\" text-anchor=\"end\">\(HTML.escape(yTitle))</text>"
            }
            return out
        }
    }

    private static func open(width: Int, height: Int) -> String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"100%\" "
            + "style=\"max-width:\(width)px\" role=\"img\">"
    }

    private static func notice(_ text: String, width: Int) -> String {
        open(width: width, height: 40) + "<text x=\"0\" y=\"24\">\(HTML.escape(text))</text></svg>"
    }

    private static func legend(_ names: [String], left: Double) -> String {
        var x = left
        var out = ""
        for (index, name) in names.enumerated() where !name.isEmpty {
            out +=
                "<rect x=\"\(short(x))\" y=\"6\" width=\"10\" height=\"10\" rx=\"2\" fill=\"var(--series-\(index % 5))\"/>"
                + "<text x=\"\(short(x + 14))\" y=\"15\">\(HTML.escape(name))</text>"
            x += 30 + 7 * Double(name.count)
        }
        return out
    }

    /// A range that is not empty, a little wider than the data.
    private static func span(_ ends: (Double, Double)) -> ClosedRange<Double> {
        guard ends.1 > ends.0 else { return (ends.0 - 0.5)...(ends.0 + 0.5) }
        return ends.0...ends.1
    }

    /// About five round values within a range (1, 2 or 5 times a power of ten apart).
    static func ticks(_ range: ClosedRange<Double>) -> [Double] {
        let size = range.upperBound - range.lowerBound
        guard size > 0, size.isFinite else { return [range.lowerBound] }
        var power = 1.0
        while power * 10 <= size / 2 { power *= 10 }
        while power > size / 2 { power /= 10 }
        let step = [1.0, 2, 5].map { $0 * power }.first { size / $0 <= 6 } ?? power * 10
        var out: [Double] = []
        var at = (range.lowerBound / step).rounded(.up) * step
        while at <= range.upperBound + step * 1e-9 && out.count < 12 {
            out.append(abs(at) < step * 1e-9 ? 0 : at)
            at += step
        }
        return out
    }

    private static func short(_ value: Double) -> String { fixed(value, 1) }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded()
        guard rounded.magnitude < 1e15 else { return scientific(value) }
        let whole = Int64(rounded)
        let unit = Int64(scale)
        var text = String(whole.magnitude / UInt64(unit))
        let rest = whole.magnitude % UInt64(unit)
        if rest > 0 {
            var fraction = String(rest)
            fraction = String(repeating: "0", count: digits - fraction.count) + fraction
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        return whole < 0 ? "-" + text : text
    }

    private static func scientific(_ value: Double) -> String {
        var exponent = 0
        var mantissa = value
        while mantissa.magnitude >= 10 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa.magnitude < 1 && mantissa != 0 {
            mantissa *= 10
            exponent -= 1
        }
        return "\(fixed(mantissa, 2))e\(exponent)"
    }
}
