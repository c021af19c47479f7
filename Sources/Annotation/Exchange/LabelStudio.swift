// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// Label Studio's JSON for its pairwise template: two texts, of which one is selected.
///
///     <View>
///       <Header value="$goal"/> <Text name="prompt" value="$prompt"/>
///       <Pairwise name="pw" toName="text1,text2"/>
///       <Text name="text1" value="$text1"/> <Text name="text2" value="$text2"/>
///     </View>
public enum LabelStudio {
    /// A comparison, and who made it; nil where the file does not say.
    public struct Word: Sendable, Equatable {
        public var pair: PairRecord
        public var annotator: String?
    }

    // MARK: - Export

    private struct Task: Encodable {
        struct Texts: Encodable {
            var goal: String
            var prompt: String
            var text1: String
            var text2: String
            /// The pair's other fields: with them it comes back as it was.
            var pair: PairRecord
        }
        struct Value: Encodable { var selected: String }
        struct Result: Encodable {
            var id: String
            var fromName = "pw"
            var toName = "text1,text2"
            var type = "pairwise"
            var value: Value

            enum CodingKeys: String, CodingKey {
                case id, type, value
                case fromName = "from_name", toName = "to_name"
            }
        }
        struct Annotation: Encodable {
            var result: [Result]
            var wasCancelled = false

            enum CodingKeys: String, CodingKey {
                case result
                case wasCancelled = "was_cancelled"
            }
        }
        struct Prediction: Encodable {
            var result: [Result]
            var score: Double
            var modelVersion: String

            enum CodingKeys: String, CodingKey {
                case result, score
                case modelVersion = "model_version"
            }
        }

        var id: Int
        var data: Texts
        var annotations: [Annotation]
        var predictions: [Prediction]
    }

    /// Pairs as tasks that are done: what a verifier said is a prediction, what others said an annotation. On which side the chosen
    /// one stands follows from the pair, so that a side tells nothing.
    public static func document(_ pairs: [PairRecord]) throws -> String {
        let tasks = pairs.enumerated().map { place, pair in
            let digest = SHA256.hex([pair.prefix, pair.chosen, pair.rejected].sorted().joined(separator: "\u{0}").utf8)
            let isLeft = (digest.utf8.first ?? 0) % 2 == 0 ? pair.chosen < pair.rejected : pair.chosen > pair.rejected
            let result = Task.Result(
                id: String(digest.prefix(10)),
                value: Task.Value(selected: isLeft ? "left" : "right")
            )
            let isMachine = pair.source == .verifier
            return Task(
                id: place + 1,
                data: Task.Texts(
                    goal: pair.prefix.split(separator: "\n").first { $0.hasPrefix("Goal: ") }.map(String.init) ?? "",
                    prompt: pair.prefix,
                    text1: isLeft ? pair.chosen : pair.rejected,
                    text2: isLeft ? pair.rejected : pair.chosen,
                    pair: pair
                ),
                annotations: isMachine ? [] : [Task.Annotation(result: [result])],
                predictions: isMachine
                    ? [
                        Task.Prediction(
                            result: [result],
                            score: pair.weight,
                            modelVersion: pair.verifier ?? "verifier"
                        )
                    ] : []
            )
        }
        return try JSON.pretty(tasks) + "\n"
    }

    // MARK: - Import

    /// Tasks beyond this many are refused.
    private static let limit = 1_000_000

    /// Reads an export, JSON or JSON-MIN. Tasks that nobody has done, that were cancelled, or that call both sides equal, are no
    /// comparisons; the words of several annotators on one task are all read.
    ///
    /// - Parameter path: what errors call the file.
    /// - Throws: `DroidError` with code `labelstudio.format`, with the task's place in the file.
    public static func read(_ bytes: [UInt8], _ path: String = "the file") throws -> [Word] {
        let document: Any
        do {
            document = try JSONSerialization.jsonObject(with: Data(bytes))
        } catch {
            throw DroidError(
                "labelstudio.format",
                "\(path) is no JSON",
                why: error.localizedDescription,
                next: "export the project from Label Studio as JSON or JSON-MIN"
            )
        }
        guard let tasks = document as? [Any], tasks.count <= limit else {
            throw failure(path, "it is no list of tasks")
        }
        return try tasks.enumerated().flatMap { place, task in
            guard let task = task as? [String: Any] else {
                throw failure(path, "task \(place + 1) is no object")
            }
            do {
                return try words(of: task, place)
            } catch let reason as Reason {
                throw failure(path, "task \(place + 1): \(reason.text)")
            }
        }
    }

    private struct Reason: Error { var text: String }

    private static func failure(_ path: String, _ why: String) -> DroidError {
        DroidError(
            "labelstudio.format",
            "\(path) is no export of pairwise comparisons",
            why: why,
            next: "the template and its fields are in Annotations/README.md"
        )
    }

    private static func words(of task: [String: Any], _ place: Int) throws -> [Word] {
        // JSON-MIN has the fields of `data` beside the results.
        let data = task["data"] as? [String: Any] ?? task
        var sides: [(selected: String, by: String?)] = []
        if let annotations = task["annotations"] ?? task["completions"] {
            guard let annotations = annotations as? [Any] else { throw Reason(text: "its annotations are no list") }
            for annotation in annotations {
                guard let annotation = annotation as? [String: Any] else {
                    throw Reason(text: "an annotation is no object")
                }
                if annotation["was_cancelled"] as? Bool == true { continue }
                guard let side = try selected(annotation["result"]) else { continue }
                sides.append((side, name(annotation["completed_by"])))
            }
        } else if let side = task.lazy.compactMap({ $0.key == "data" ? nil : direct($0.value) }).first {
            sides.append((side, name(task["annotator"])))
        }
        guard !sides.isEmpty else { return [] }
        guard let left = text(data, ["text1", "left", "txt-1", "option1", "a"]),
            let right = text(data, ["text2", "right", "txt-2", "option2", "b"])
        else { throw Reason(text: "it has no two texts (text1 and text2)") }
        guard left != right else { return [] }
        let base = try pair(data, place)
        return sides.map { side in
            var pair = base
            (pair.chosen, pair.rejected) = side.selected == "left" ? (left, right) : (right, left)
            (pair.source, pair.verifier, pair.weight) = (.person, nil, 1)
            return Word(pair: pair, annotator: side.by.map { "label-studio \($0)" })
        }
    }

    /// The side that an annotation's results select; nil where they select none.
    private static func selected(_ results: Any?) throws -> String? {
        guard let results else { return nil }
        guard let results = results as? [Any] else { throw Reason(text: "its result is no list") }
        for result in results {
            guard let result = result as? [String: Any] else { throw Reason(text: "a result is no object") }
            guard (result["type"] as? String ?? "pairwise") == "pairwise" else { continue }
            if let side = direct(result["value"]) { return side }
        }
        return nil
    }

    /// `left` or `right`, as it stands or as what is selected.
    private static func direct(_ value: Any?) -> String? {
        let side = value as? String ?? (value as? [String: Any])?["selected"] as? String
        return side.flatMap { ["left", "right"].contains($0) ? $0 : nil }
    }

    /// An annotator's number, address or name.
    private static func name(_ value: Any?) -> String? {
        switch value {
        case let text as String: return text.isEmpty ? nil : String(text.prefix(40))
        case let number as NSNumber: return "\(number)"
        case let object as [String: Any]: return name(object["email"] ?? object["username"] ?? object["id"])
        default: return nil
        }
    }

    private static func text(_ data: [String: Any], _ names: [String]) -> String? {
        names.lazy.compactMap { data[$0] as? String }.first { !$0.isEmpty }
    }

    /// The pair's fields beside its texts: those that we wrote, or what can be told.
    private static func pair(_ data: [String: Any], _ place: Int) throws -> PairRecord {
        if let known = data["pair"] as? [String: Any] {
            do {
                return try JSON.decode(PairRecord.self, from: Array(JSONSerialization.data(withJSONObject: known)))
            } catch {
                throw Reason(text: "its field \"pair\" cannot be read: \(error)")
            }
        }
        let prompt = text(data, ["prompt", "prefix", "context", "question"]) ?? ""
        return PairRecord(
            task: text(data, ["task"]) ?? "label-studio",
            app: text(data, ["app"]) ?? "",
            episode: text(data, ["episode"]) ?? "label-studio",
            // Without a number of ours, comparisons under one prompt are one decision.
            step: prompt.isEmpty ? place : 0,
            prefix: prompt,
            chosen: "",
            rejected: "",
            kind: .decision,
            source: .person,
            weight: 1
        )
    }
}
