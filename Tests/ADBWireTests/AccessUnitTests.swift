// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Pictures of an H.264 stream")
struct AccessUnitTests {
    private static let sets: [UInt8] = [0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 0, 1, 0x68, 4, 5]
    private static let key: [UInt8] = [0, 0, 0, 1, 0x65, 0x88, 7, 7, 7]
    private static let inter: [UInt8] = [0, 0, 1, 0x41, 0x9a, 8, 8]
    /// A second slice of the same picture: its first number is not 0.
    private static let second: [UInt8] = [0, 0, 1, 0x41, 0x4a, 9]

    @Test("Pictures are cut where the next one starts, however the bytes are split", arguments: [1, 2, 3, 5, 100])
    func cut(piece: Int) {
        let stream = Self.sets + Self.key + Self.inter + Self.second + Self.inter + Self.sets + Self.key
        var splitter = AccessUnitSplitter()
        var units: [AccessUnit] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            units += splitter.append(stream[start..<min(start + piece, stream.count)])
        }
        #expect(splitter.holdsPicture)
        units += splitter.flush().map { [$0] } ?? []
        #expect(
            units == [
                AccessUnit(bytes: Self.sets + Self.key, isKey: true),
                AccessUnit(bytes: Self.inter + Self.second, isKey: false),
                AccessUnit(bytes: Self.inter, isKey: false),
                AccessUnit(bytes: Self.sets + Self.key, isKey: true),
            ]
        )
    }

    @Test("Parameter sets alone are no picture, and stay for the one that follows")
    func setsFirst() {
        var splitter = AccessUnitSplitter()
        #expect(splitter.append(Self.sets).isEmpty)
        #expect(splitter.flush() == nil && !splitter.holdsPicture)
        #expect(splitter.append(Self.key).isEmpty)
        #expect(splitter.flush() == AccessUnit(bytes: Self.sets + Self.key, isKey: true))
        #expect(splitter.flush() == nil)
        #expect(splitter.append(Self.inter).isEmpty)
        #expect(splitter.flush() == AccessUnit(bytes: Self.inter, isKey: false))
    }

    @Test("No byte is lost, whatever they are")
    func fuzz() {
        var random = SeededRandom(seed: 73)
        for _ in 0..<500 {
            let alphabet: [UInt8] = [0, 0, 0, 1, 0x65, 0x41, 0x67, 0x88, 0xff]
            let stream = (0..<Int.random(in: 0..<600, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            var splitter = AccessUnitSplitter()
            var back: [UInt8] = []
            var at = 0
            while at < stream.count {
                let piece = Int.random(in: 1...40, using: &random)
                for unit in splitter.append(stream[at..<min(at + piece, stream.count)]) { back += unit.bytes }
                at += piece
            }
            if let last = splitter.flush() { back += last.bytes }
            #expect(stream.starts(with: back))
            #expect(back == stream || !splitter.holdsPicture)
        }
    }
}
