// SPDX-License-Identifier: Apache-2.0

/// Limited-memory BFGS with backtracking to the Armijo condition (Nocedal and Wright, "Numerical Optimization",
/// 2nd ed.,
/// algorithms 7.4 and 3.1). One `step` is one accepted step; the caller decides when it has had enough.
struct LBFGS {
    private(set) var point: [Double]
    private(set) var value: Double
    private var gradient: [Double]
    private var differences: [(s: [Double], y: [Double], rho: Double)] = []
    private let memory: Int
    private let function: ([Double], inout [Double]) -> Double

    /// Starts at `point`. `function` returns the value and writes the gradient.
    init(start point: [Double], memory: Int = 10, _ function: @escaping ([Double], inout [Double]) -> Double) {
        self.point = point
        self.memory = memory
        self.function = function
        gradient = []
        value = function(point, &gradient)
    }

    /// The length of the gradient.
    var gradientLength: Double { Self.dot(gradient, gradient).squareRoot() }

    /// Takes one step downhill. Returns false, with `point` unchanged, when no step lowers the value any more.
    mutating func step() -> Bool {
        var direction = searchDirection()
        var slope = Self.dot(direction, gradient)
        if !(slope < 0) {
            differences.removeAll()
            direction = gradient.map { -$0 }
            slope = -Self.dot(gradient, gradient)
        }
        guard slope < 0, slope.isFinite else { return false }
        // Without curvature information the gradient's length says nothing about a good step.
        var length = differences.isEmpty ? 1 / max(gradientLength, 1e-12) : 1
        for _ in 0..<40 {
            let next = zip(point, direction).map { $0 + length * $1 }
            var nextGradient: [Double] = []
            let nextValue = function(next, &nextGradient)
            if nextValue.isFinite, nextValue <= value + 1e-4 * length * slope, nextValue < value {
                remember(step: zip(next, point).map { $0 - $1 }, change: zip(nextGradient, gradient).map { $0 - $1 })
                point = next
                value = nextValue
                gradient = nextGradient
                return true
            }
            length /= 2
        }
        return false
    }

    private mutating func remember(step s: [Double], change y: [Double]) {
        let curvature = Self.dot(s, y)
        guard curvature > 1e-12 * Self.dot(y, y).squareRoot() * Self.dot(s, s).squareRoot() else { return }
        differences.append((s, y, 1 / curvature))
        if differences.count > memory { differences.removeFirst() }
    }

    private func searchDirection() -> [Double] {
        var q = gradient
        var alphas: [Double] = []
        for difference in differences.reversed() {
            let alpha = difference.rho * Self.dot(difference.s, q)
            alphas.append(alpha)
            for index in q.indices { q[index] -= alpha * difference.y[index] }
        }
        if let last = differences.last {
            let scale = 1 / (last.rho * Self.dot(last.y, last.y))
            for index in q.indices { q[index] *= scale }
        }
        for (difference, alpha) in zip(differences, alphas.reversed()) {
            let beta = difference.rho * Self.dot(difference.y, q)
            for index in q.indices { q[index] += (alpha - beta) * difference.s[index] }
        }
        return q.map { -$0 }
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }
}
