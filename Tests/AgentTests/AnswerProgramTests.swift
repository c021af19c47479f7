// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Testing

/// Programs that are offered as answers, and what they come to.
@Suite struct AnswerProgramTests {
    private typealias T = AnswerTables

    @Test(arguments: AnswerQuestions.all + EverydayQuestions.all)
    func `the right answer is among the programs of each kind of question`(_ question: AnswerQuestions.Question) {
        let candidates = AnswerPrograms.candidates(question.goal, tables: question.tables)
        #expect(candidates.count <= AnswerPrograms.limit)
        let place = candidates.firstIndex { $0.value == question.right }
        let all = candidates.map { "\($0.prior) \($0.value)   [\($0.words)]" }.joined(separator: "\n")
        #expect(place.map { $0 < 16 } == true, "\(question.right) is not among the first of\n\(all)")
        // What is offered is what the program comes to when it is run again.
        for candidate in candidates {
            let again = AnswerPrograms.run(candidate.program, tables: question.tables, now: T.now)
            #expect(again?.value == candidate.value && again?.evidence == candidate.evidence, "\(candidate.words)")
        }
    }

    @Test func `most right answers are among the first`() {
        let ranks = AnswerQuestions.all.map { question in
            AnswerPrograms.candidates(question.goal, tables: question.tables).firstIndex { $0.value == question.right }
                ?? 64
        }
        #expect(ranks.filter { $0 == 0 }.count * 10 >= ranks.count * 8, "\(ranks)")
        #expect(ranks.allSatisfy { $0 < 16 })
    }
}
