// SPDX-License-Identifier: Apache-2.0

/// A path of lines, curves and circles.
public struct VectorPath: Sendable, Hashable {
    public enum Element: Sendable, Hashable {
        case move(Double, Double)
        case line(Double, Double)
        /// A cubic curve: two control points and the end.
        case curve(Double, Double, Double, Double, Double, Double)
        /// A whole circle: centre and radius.
        case circle(Double, Double, Double)
        case close
    }

    public var elements: [Element]

    public init(_ elements: [Element] = []) { self.elements = elements }

    /// Reads a path in words: `M x y`, `L x y`, `H x`, `V y`, `C x1 y1 x2 y2 x y`, `O x y radius`, `Z`, all
    /// absolute and parted by spaces. Numbers after a complete command repeat it. Words without sense end the path.
    public init(words: String) {
        elements = []
        var command: Substring = ""
        var numbers: [Double] = []
        var (x, y) = (0.0, 0.0)
        for word in words.split(separator: " ") {
            if let number = Double(word) {
                numbers.append(number)
            } else {
                command = word
                numbers = []
            }
            switch (command, numbers.count) {
            case ("M", 2):
                (x, y) = (numbers[0], numbers[1])
                elements.append(.move(x, y))
                command = "L"
            case ("L", 2):
                (x, y) = (numbers[0], numbers[1])
                elements.append(.line(x, y))
            case ("H", 1):
                x = numbers[0]
                elements.append(.line(x, y))
            case ("V", 1):
                y = numbers[0]
                elements.append(.line(x, y))
            case ("C", 6):
                (x, y) = (numbers[4], numbers[5])
                elements.append(.curve(numbers[0], numbers[1], numbers[2], numbers[3], x, y))
            case ("O", 3): elements.append(.circle(numbers[0], numbers[1], numbers[2]))
            case ("Z", 0): elements.append(.close)
            case ("M", ...1), ("L", ...1), ("H", 0), ("V", 0), ("C", ...5), ("O", ...2): continue
            default: return
            }
            numbers = []
        }
    }
}
