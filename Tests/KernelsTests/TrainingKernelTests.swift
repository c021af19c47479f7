// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import Testing

/// Memory of a kernel's elements, written and read as floats.
private final class Elements {
    let kernels: dk_training
    let count: Int
    let base: UnsafeMutableRawPointer

    init(_ kernels: dk_training, _ values: [Float]) {
        self.kernels = kernels
        count = values.count
        // Whatever is read beyond the end shows as no number.
        base = .allocate(byteCount: (values.count + 64) * 4, alignment: 64)
        base.initializeMemory(as: UInt8.self, repeating: 0xff, count: (values.count + 64) * 4)
        kernels.narrow(Int64(values.count), values, base)
    }

    deinit { base.deallocate() }

    var values: [Float] {
        var out = [Float](repeating: 0, count: count)
        kernels.widen(Int64(count), base, &out)
        return out
    }

    func at(_ index: Int) -> UnsafeMutableRawPointer { base + index * Int(kernels.element_bytes) }
}

@Suite("Training kernels")
struct TrainingKernelTests {
    static let all: [(name: String, kernels: dk_training)] = [
        ("floats", dk_training_for(DK_FLOAT, 0).pointee), ("plain floats", dk_training_for(DK_FLOAT, 1).pointee),
        ("bfloat16", dk_training_for(DK_BFLOAT16, 0).pointee),
        ("plain bfloat16", dk_training_for(DK_BFLOAT16, 1).pointee),
    ]

    func random(_ count: Int, _ seed: UInt64) -> [Float] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) * 0x1p-23 - 1
        }
    }

    /// [outputs][inputs] as panels.
    private func panels(_ kernels: dk_training, _ rows: [Float], _ inputs: Int) -> Elements {
        let outputs = rows.count / inputs
        let packed = Elements(kernels, [Float](repeating: 0, count: (outputs + 15) / 16 * 16 * inputs))
        rows.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            for panel in 0..<((outputs + 15) / 16) {
                let count = min(16, outputs - panel * 16)
                kernels.pack(
                    Int64(inputs),
                    Int64(count),
                    source + panel * 16 * inputs,
                    Int64(inputs),
                    1,
                    1,
                    packed.at(panel * 16 * inputs)
                )
            }
        }
        return packed
    }

    private func product(_ a: [Float], _ b: [Float], rows: Int, outputs: Int, depth: Int) -> [Float] {
        var out = [Float](repeating: 0, count: rows * outputs)
        for row in 0..<rows {
            for output in 0..<outputs {
                var sum = 0.0
                for k in 0..<depth { sum += Double(a[row * depth + k]) * Double(b[output * depth + k]) }
                out[row * outputs + output] = Float(sum)
            }
        }
        return out
    }

    @Test("products of any number of rows and panels, in one part and in two, replace, add, or become elements")
    func products() {
        for (name, kernels) in Self.all {
            for (rows, panelCount, depth, second) in [
                (1, 1, 2, 0), (5, 3, 32, 0), (6, 4, 64, 16), (13, 9, 34, 4), (7, 5, 6, 48), (7, 3, 4100, 32),
                (8, 5, 4090, 0),
            ] {
                let outputs = panelCount * 16
                let a = Elements(kernels, random(rows * depth, 1))
                let w = panels(kernels, random(outputs * depth, 2), depth)
                let a2 = Elements(kernels, random(rows * max(second, 1), 3))
                let w2 = panels(kernels, random(outputs * max(second, 1), 4), max(second, 1) == 1 ? 1 : second)
                let rounded = Elements(kernels, random(outputs * depth, 2)).values
                var expected = product(a.values, rounded, rows: rows, outputs: outputs, depth: depth)
                if second > 0 {
                    let other = Elements(kernels, random(outputs * second, 4)).values
                    expected = zip(expected, product(a2.values, other, rows: rows, outputs: outputs, depth: second))
                        .map(+)
                }
                var first = dk_factor(
                    k: Int64(depth),
                    a: a.base,
                    a_stride: Int64(depth),
                    w: w.base,
                    panel_stride: Int64(depth * 16)
                )
                var added = dk_factor(
                    k: Int64(second),
                    a: a2.base,
                    a_stride: Int64(second),
                    w: w2.base,
                    panel_stride: Int64(second * 16)
                )
                var c = [Float](repeating: 1, count: rows * outputs + 1)
                kernels.gemm(Int64(rows), Int64(panelCount), &first, &added, &c, Int64(outputs), DK_SET)
                let rounding = Float(1e-4) * max(1, Float(depth) / 512)
                for (x, y) in zip(c, expected) {
                    #expect(abs(x - y) < rounding, "\(name) \(rows) \(panelCount) \(depth)")
                }
                #expect(c[rows * outputs] == 1)
                kernels.gemm(Int64(rows), Int64(panelCount), &first, &added, &c, Int64(outputs), DK_ADD)
                for (x, y) in zip(c, expected) { #expect(abs(x - 2 * y) < 2 * rounding) }
                let narrow = Elements(kernels, [Float](repeating: 0, count: rows * outputs))
                kernels.gemm(Int64(rows), Int64(panelCount), &first, &added, narrow.base, Int64(outputs), DK_NARROW)
                for (x, y) in zip(narrow.values, expected) { #expect(abs(x - y) < rounding + abs(y) * 0.005) }
            }
        }
    }

    @Test("attention sees the prefix and its own branch, and nothing else")
    func attention() {
        let head = 16
        for (name, kernels) in Self.all {
            for (shared, branches) in [(70, [3, 80, 1, 16]), (1, [1]), (300, [40, 2]), (130, [])] {
                let rows = shared + branches.reduce(0, +)
                var begin = [Int32](repeating: 0, count: shared)
                for count in branches { begin += [Int32](repeating: Int32(begin.count), count: count) }
                let q = Elements(kernels, random(rows * head, 5))
                let k = Elements(kernels, random(rows * head, 6))
                let v = Elements(kernels, random(rows * head, 7))
                let out = Elements(kernels, [Float](repeating: 0, count: rows * head))
                var sums = [Float](repeating: 0, count: rows)
                let scratch = UnsafeMutableRawPointer.allocate(
                    byteCount: Int(dk_attention_scratch(Int64(rows), Int64(head))),
                    alignment: 64
                )
                defer { scratch.deallocate() }
                begin.withUnsafeBufferPointer { begin in
                    sums.withUnsafeMutableBufferPointer { sums in
                        guard let begin = begin.baseAddress, let sums = sums.baseAddress else { return }
                        var task = dk_attention(
                            rows: Int64(rows),
                            shared: Int64(shared),
                            begin: begin,
                            first_query: 0,
                            head: Int64(head),
                            scale: 0.7,
                            q: q.base,
                            k: k.base,
                            v: v.base,
                            stride: Int64(head),
                            output: out.base,
                            output_stride: Int64(head),
                            log_sum: sums,
                            scratch: scratch,
                            output_gradient: nil,
                            q_gradient: nil,
                            k_gradient: nil,
                            v_gradient: nil
                        )
                        kernels.attend(&task)
                    }
                }
                let (qs, ks, vs, found) = (q.values, k.values, v.values, out.values)
                for row in 0..<rows {
                    let seen = row < shared ? Array(0...row) : Array(0..<shared) + Array(Int(begin[row])...row)
                    let scores = seen.map { key in
                        (0..<head).reduce(0.0) { $0 + Double(qs[row * head + $1]) * Double(ks[key * head + $1]) } * 0.7
                    }
                    let total = scores.reduce(0.0) { $0 + exp($1) }
                    #expect(abs(log(total) - Double(sums[row])) < 1e-4, "\(name) row \(row)")
                    for c in 0..<head {
                        let expected = zip(seen, scores).reduce(0.0) {
                            $0 + exp($1.1) / total * Double(vs[$1.0 * head + c])
                        }
                        #expect(
                            abs(expected - Double(found[row * head + c])) < (kernels.step == 1 ? 1e-5 : 0.01),
                            "\(name) row \(row)"
                        )
                    }
                }
            }
        }
    }

    @Test("what does not reach a threshold becomes 0, and so do neurons whose gate does not")
    func thresholds() {
        for (name, kernels) in Self.all {
            let x = Elements(kernels, random(48, 21))
            let kept = Elements(kernels, [Float](repeating: 7, count: 48))
            // A value that stands there itself reaches the threshold.
            let limit = abs(x.values[5])
            kernels.threshold(48, x.base, limit, kept.base)
            #expect(kept.values == x.values.map { abs($0) >= limit ? $0 : 0 }, "\(name)")
            #expect(kept.values[5] == x.values[5] && kept.values.contains(0))

            let gate = Elements(kernels, random(48, 22).map { $0 * 6 })
            let h = Elements(kernels, random(48, 23))
            let before = h.values
            kernels.drop_neurons(48, gate.base, 0.25, h.base)
            for (index, g) in gate.values.enumerated() {
                let reached = abs(Double(g) / (1 + exp(-Double(g))))
                if abs(reached - 0.25) < 1e-5 { continue }
                #expect(h.values[index] == (reached >= 0.25 ? before[index] : 0), "\(name) \(g)")
            }
            #expect(h.values.contains(0))
        }
    }

    @Test("what is picked out of panels is what they would be of those outputs and inputs")
    func picks() {
        for (_, kernels) in Self.all {
            let (inputs, outputs) = (12, 40)
            let rows = random(inputs * outputs, 9)
            let packed = panels(kernels, rows, inputs)
            let some: [Int32] = [0, 3, 5, 6, 7, 8, 17, 18, 20, 22, 31, 32, 33, 36, 38, 39]
            let picked = Elements(kernels, [Float](repeating: 0, count: 16 * inputs))
            kernels.pick_outputs(Int64(inputs), 16, some, packed.base, picked.base)
            let expected = panels(
                kernels,
                some.flatMap { rows[(Int($0) * inputs)..<(Int($0) * inputs + inputs)] },
                inputs
            )
            #expect(picked.values == expected.values)
            let depth: [Int32] = [1, 2, 4, 9, 10, 11]
            let narrowed = Elements(kernels, [Float](repeating: 0, count: 48 * 6))
            kernels.pick_inputs(3, 6, depth, packed.base, Int64(inputs * 16), narrowed.base, 6 * 16)
            let fewer = panels(kernels, (0..<outputs).flatMap { row in depth.map { rows[row * inputs + Int($0)] } }, 6)
            #expect(narrowed.values == fewer.values)
        }
    }

    @Test("gradients of an adapter's half add up over rows, for any rank")
    func outer() {
        for (name, kernels) in Self.all {
            for rank in [1, 7, 8, 12, 17] {
                let (rows, columns) = (9, 48)
                let t = Elements(kernels, random(rows * rank, 10))
                let x = Elements(kernels, random(rows * columns, 11))
                var out = [Float](repeating: 0.5, count: rank * columns)
                kernels.outer(
                    Int64(rows),
                    Int64(rank),
                    Int64(columns),
                    t.base,
                    Int64(rank),
                    x.base,
                    Int64(columns),
                    2,
                    &out
                )
                let (ts, xs) = (t.values, x.values)
                for column in 0..<columns {
                    for r in 0..<rank {
                        let sum = (0..<rows).reduce(0.0) {
                            $0 + Double(ts[$1 * rank + r]) * Double(xs[$1 * columns + column])
                        }
                        let found = out[(column / 16 * rank + r) * 16 + column % 16]
                        #expect(abs(Double(found) - 0.5 - 2 * sum) < 1e-4, "\(name) \(rank)")
                    }
                }
            }
        }
    }

    @Test("bfloat16 is rounded to the nearest, ties to even")
    func rounding() {
        for kernels in [dk_training_for(DK_BFLOAT16, 0).pointee, dk_training_for(DK_BFLOAT16, 1).pointee] {
            let values = [1, 1.00390625, 1.01171875, -1.00390625, 3.3895314e38, 0, -0.0, 1e-30].map(Float.init)
            let found = Elements(kernels, values + [Float](repeating: 2, count: 24)).values
            #expect(found[0] == 1 && found[1] == 1 && found[2] == 1.015625 && found[3] == -1)
            #expect(found[5] == 0 && found[6] == 0 && abs(found[7] / 1e-30 - 1) < 0.004)
            #expect(found[8...].allSatisfy { $0 == 2 })
        }
    }
}
