// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// Set-up and check steps against a built-in device.
@Suite(.serialized) struct CheckTests {
    private func template(setup: String = "[]", check: String) throws -> TaskInstance {
        let text = """
            app: Settings
            split: train
            max_steps: 10
            optimal_steps: 4
            goals: [Do it]
            params: {word: {choice: [hello]}}
            setup: \(setup)
            check: \(check)
            oracle: StopwatchRun
            """
        return try TaskInstance(TaskTemplate(YAMLField.parse(text, file: "demo.yaml"), lists: [:]), seed: 1)
    }

    @Test func `what set-up steps make, check steps find`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let made = try template(
            setup: """
                [{setting: {namespace: system, key: my_key, value: "{word}"}}, {radio: {wifi: "off"}},
                 {file: {path: /sdcard/Documents/a b.txt, content: "{word} world"}}, {folder: /sdcard/Made},
                 {noise_files: {folder: /sdcard/Noise, count: 3}}, {clear_contacts: true},
                 {contact: {given: Ada, family: "O'Neil", phone: "+1 555 0100"}}, {noise_contacts: {count: 2}},
                 {shell: "echo ok > /sdcard/shell.txt"}]
                """,
            check: """
                [{setting: {namespace: system, key: my_key, is: hello}}, {setting: {namespace: global, key: wifi_on, one_of: ["0", "3"]}},
                 {file: {path: /sdcard/Documents/a b.txt, contains: world}}, {file: {path: /sdcard/none, exists: false}},
                 {folder: {path: /sdcard/Made}}, {folder: {path: /sdcard/none, exists: false}},
                 {content: {uri: "content://com.android.contacts/data/phones", row: {display_name: "Ada O'Neil", data1: {digits: "15550100"}}, count: 1}},
                 {sqlite: {database: /data/data/com.android.providers.contacts/databases/contacts2.db,
                           query: "SELECT count(*) FROM raw_contacts WHERE deleted=0", rows: [["3"]]}},
                 {any_of: [{foreground: com.example}, {file: {path: /sdcard/shell.txt, is: ok}}]},
                 {answer: {like: "blue sky"}}]
                """
        )
        _ = try await EpisodeRunner(device, agentName: "test").prepare(made)
        let outcomes = try await CheckRunner(device: device.adb, instance: made, answer: "Blue sky").run()
        for outcome in outcomes { #expect(outcome.passed, "\(outcome.wanted): found \(outcome.found)") }
        let noise = try await device.adb.list("/sdcard/Noise").count { $0.name.contains(".") && $0.name.count > 2 }
        #expect(noise == 3)

        // The next set-up starts from the default state again.
        let plain = try template(check: "[{folder: {path: /sdcard/Made}}]")
        _ = try await EpisodeRunner(device, agentName: "test").prepare(plain)
        #expect(try await !CheckRunner(device: device.adb, instance: plain).run()[0].passed)
        await device.stop()
    }

    @Test func `an app in front and texts on the screen are found`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try template(
            check: """
                [{foreground: com.android.settings}, {ui: {text: Network & internet}}, {ui: {text: Nowhere, present: false}}]
                """
        )
        _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        _ = try await device.adb.shell(raw: "am start -n com.android.settings/.Settings")
        for outcome in try await CheckRunner(device: device.adb, instance: instance).run() {
            #expect(outcome.passed, "\(outcome.wanted): found \(outcome.found)")
        }
        await device.stop()
    }

    @Test func `a set-up that fails is skipped and says why`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try template(setup: "[{shell: \"exit 7\"}]", check: "[{folder: {path: /sdcard}}]")
        let result = await EpisodeRunner(device, agentName: "noop").run(instance, chooser: NoopChooser())
        #expect(result.cause == .skipped)
        #expect(result.problem?.contains("ended with 7") == true)
        await device.stop()
    }

    @Test func `programs see exactly what changed`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try template(
            setup:
                "[{clear_contacts: true}, {contact: {given: Ada, family: Lee, phone: \"5550100\"}}, {file: {path: /sdcard/Box/a.txt}}]",
            check: """
                [{program: ContactsDifference, with: {added: "Bo Kim: 555-0101"}},
                 {program: FolderDifference, with: {folder: /sdcard/Box, removed: a.txt}}]
                """
        )
        let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
        #expect(try await checks.run().map(\.passed) == [false, false])
        try await ContactRows(device.adb).insert(given: "Bo", family: "Kim", phone: "5550101")
        _ = try await device.adb.shell(raw: "rm /sdcard/Box/a.txt")
        #expect(try await checks.run().map(\.passed) == [true, true])
        _ = try await device.adb.shell(raw: "touch /sdcard/Box/b.txt")
        #expect(try await checks.run().map(\.passed) == [true, false])
        await device.stop()
    }

    @Test(
        arguments: [
            (
                sql: "INSERT INTO expense VALUES (9, 'lunch out', 1250, 3, 'With Bo from work.', 1, 1)",
                verdicts: [true, false, false]
            ),
            (
                sql: "INSERT INTO expense VALUES (9, 'Lunch', 1250, 3, 'With Bo from work', 1, 1)",
                verdicts: [false, false, false]
            ),
            (
                sql: "INSERT INTO expense VALUES (9, 'Lunch out', 1251, 3, 'With Bo from work', 1, 1)",
                verdicts: [false, false, false]
            ),
            (
                sql: "INSERT INTO expense VALUES (9, 'Lunch out', 1250, 4, 'With Bo from work', 1, 1)",
                verdicts: [false, false, false]
            ),
            (
                sql:
                    "INSERT INTO expense SELECT NULL, 'Lunch out', 1250, 3, 'With Bo from work', 1, 1 FROM expense LIMIT 2",
                verdicts: [false, false, false]
            ),
            (
                sql:
                    "INSERT INTO expense VALUES (9, 'Lunch out', 1250, 3, 'With Bo from work', 1, 1); UPDATE expense SET note = 'x' WHERE name = 'Rent'",
                verdicts: [false, false, false]
            ),
            (
                sql:
                    "UPDATE expense SET name = 'Lunch out', amount = 1250, category = 3, note = 'With Bo from work' WHERE name = 'Tea'",
                verdicts: [false, false, false]
            ),
            (sql: "DELETE FROM expense WHERE name = 'Tea'", verdicts: [false, true, false]),
            (sql: "DELETE FROM expense WHERE name IN ('Tea', 'Rent')", verdicts: [false, false, false]),
            (
                sql: "DELETE FROM expense WHERE expense_id = (SELECT max(expense_id) FROM expense WHERE name = 'Rent')",
                verdicts: [false, false, true]
            ),
            (sql: "DELETE FROM expense WHERE name = 'Rent'", verdicts: [false, false, false]),
            (sql: "SELECT 1", verdicts: [false, false, false]),
        ]
    )
    func `the expenses' checks take the wanted change and no other`(
        _ change: (sql: String, verdicts: [Bool])
    ) async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try template(
            setup: """
                [{start: com.arduia.expense/.ui.MainActivity}, {program: ExpenseSetUp, with: {seed: "3", twice: "true",
                  rows: "Rent|80000|Housing|Monthly\\nTea|350|Food|"}}]
                """,
            check: """
                [{program: ExpenseDifference, with: {added: "Lunch out|1250|Food|With Bo from work"}},
                 {program: ExpenseDifference, with: {removed: Tea}},
                 {program: RowsDuplicates, with: {database: /data/data/com.arduia.expense/databases/accounting.db, table: expense, key: expense_id}}]
                """
        )
        let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let command = "sqlite3 \(ExpenseTable.database) \(ShellQuoting.quote(change.sql))"
        #expect(try await device.adb.run(command).exitCode == 0)
        let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
        #expect(try await checks.run().map(\.passed) == change.verdicts)
        await device.stop()
    }
}
