// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Foundation
import Inference
import Training

/// What `train head` is asked for.
public struct HeadOptions: Sendable {
    /// Pairs files.
    public var pairs: [String]
    /// The GGUF file of the base model.
    public var model: String
    /// The recipe file.
    public var recipe: String
    /// Where the head goes: a GGUF file, or JSON where it ends so.
    public var output: String
    /// Where the report goes, without ending; `.json` and `.html` are added. Nil for none.
    public var report: String?
    /// Where features are kept.
    public var cache: String
    public var threads: Int?

    public init(
        pairs: [String],
        model: String,
        recipe: String,
        output: String,
        report: String? = nil,
        cache: String = Locations.cache + "/features",
        threads: Int? = nil
    ) {
        self.pairs = pairs
        self.model = model
        self.recipe = recipe
        self.output = output
        self.report = report
        self.cache = cache
        self.threads = threads
    }
}

/// What a training says while it runs.
public enum HeadTrainingEvent: Sendable {
    case features(FeatureExtractor.Progress)
    case step(TrainingPoint)
}

/// From pairs to a verifier head.
public enum HeadTraining {
    /// Makes the features, trains, writes the head and the report.
    ///
    /// - Returns: the head and the report.
    /// - Throws: `DroidError` from reading, from the model, or with code `training.empty`. Features that were
    /// made stay.
    @discardableResult
    public static func run(
        _ options: HeadOptions,
        progress: (HeadTrainingEvent) -> Void = { _ in }
    ) throws
        -> (head: VerifierHead, report: TrainingReport)
    {
        let recipe = try HeadRecipe.load(options.recipe)
        let groups = try options.pairs.flatMap { try PairsFile.groups($0) }
        let prompt = try PromptAgreement.prompt(groups.map { ($0.actionSpace, $0.prompt) })
        let model = try LanguageModel.load(options.model, threads: options.threads)
        let extractor = try FeatureExtractor(
            model: model,
            layers: recipe.layers,
            readsMean: recipe.mean,
            cache: options.cache,
            threads: options.threads
        )
        try extractor.prepare(groups) { progress(.features($0)) }
        let (matrix, ranking) = try extractor.load(groups)
        let split = RankingSplit(
            ranking,
            validationFamilies: Set(recipe.validationTasks),
            share: recipe.validationShare,
            seed: recipe.seed
        )
        let ranker = try PairwiseTrainer.train(matrix, split: split, options: recipe.pairwise) { progress(.step($0)) }
        let measured = split.validation.isEmpty ? split.training : split.validation
        let scored = measured.map { group -> Temperature.Decision in
            let scores = (group.right + group.wrong).map { Double(ranker.score(matrix[$0])) }
            return Temperature.Decision(
                scores: scores,
                right: Array(0..<group.right.count),
                wrong: Array(group.right.count..<scores.count)
            )
        }
        let head = VerifierHead(
            kind: .linear,
            layers: recipe.layers,
            readsMean: recipe.mean,
            dModel: model.config.width,
            weights: ranker.weights,
            bias: ranker.constant,
            temperature: Float(Temperature.best(scored)),
            baseSHA256: model.sha256,
            prompt: prompt
        )
        try head.save(options.output)
        let report = TrainingReport(
            title: "Verifier head: \(recipe.name)",
            facts: facts(recipe, options, model, groups, head),
            options: recipe.pairwise,
            head: ranker,
            parts: parts(ranker, matrix, split)
        )
        if let path = options.report { try report.write(to: path) }
        return (head, report)
    }

    private static func parts(
        _ head: RankingHead,
        _ matrix: FeatureMatrix,
        _ split: RankingSplit
    ) -> [TrainingReport.Part] {
        func part(_ name: String, _ groups: [RankingGroup]) -> TrainingReport.Part? {
            guard !groups.isEmpty else { return nil }
            return TrainingReport.Part(name: name, quality: PairwiseTrainer.evaluate(head, matrix, groups: groups))
        }
        let all = [part("training", split.training), part("validation", split.validation)]
        let families = Set(split.validation.map(\.family)).sorted()
        return
            (all + families.map { name in part("validation: \(name)", split.validation.filter { $0.family == name }) })
            .compactMap(\.self)
    }

    private static func facts(
        _ recipe: HeadRecipe,
        _ options: HeadOptions,
        _ model: LanguageModel,
        _ groups: [PairGroup],
        _ head: VerifierHead
    ) -> [String: String] {
        [
            "model": model.config.name, "model SHA-256": model.sha256,
            "pairs": options.pairs.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "),
            "decisions": "\(groups.count)", "candidates": "\(groups.reduce(0) { $0 + $1.candidates.count })",
            "right after a wrong step": "\(groups.count { $0.kind == .selfCorrection })",
            "with an order on the screen": "\(groups.count { $0.kind == .order })",
            "texts": "\(groups.count { $0.kind == .text })",
            "tasks": Set(groups.map(\.task)).sorted().joined(separator: ", "),
            "layers": recipe.layers.map(String.init).joined(separator: ", "),
            "mean state": recipe.mean ? "read" : "not read",
            "features": "\(head.featureCount)", "temperature": "\(head.temperature)",
            "prompt version": "\(head.promptVersion)", "action space": "\(head.actionSpaceVersion)",
        ]
    }
}
