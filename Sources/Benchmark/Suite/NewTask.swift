// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// The start of a task of one's own.
public enum NewTask {
    /// Writes a task file that loads and runs, with a comment at each part that says what belongs there.
    ///
    /// - Parameters:
    ///   - name: the task's name, which the file gets too.
    ///   - app: the app it is about, as the launcher calls it.
    ///   - folder: the suite; it is made where it is not there.
    /// - Returns: the file's path.
    /// - Throws: `DroidError` with code `tasks.new` for a name that is none or is taken, or `file.write`.
    public static func write(_ name: String, app: String, folder: String) throws -> String {
        let letters = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0))
        }
        guard letters, let first = name.first, first.isLetter, name.count <= 80 else {
            throw DroidError(
                "tasks.new",
                "\"\(name)\" is no name for a task",
                why: "it is a file's name and stands in tables",
                next: "use letters, digits, _ and -, a letter first, such as TurnOnFlashlight"
            )
        }
        guard !app.isEmpty, !app.contains(where: { $0.isNewline || $0 == "\"" || $0 == "\\" }) else {
            throw DroidError(
                "tasks.new",
                "\"\(app)\" is no name of an app",
                next: "name it as the launcher does, such as Clock"
            )
        }
        let path = "\(folder)/\(name).yaml"
        guard !FileManager.default.fileExists(atPath: path) else {
            throw DroidError("tasks.new", "\(path) is there already", next: "choose another name, or edit that file")
        }
        try FileBytes.makeFolder(folder, mode: 0o755)
        try FileBytes.write(text(app: app), to: path)
        _ = try TaskTemplate.load(path)
        return path
    }

    /// The content of a new task: it asks for a note in a file, which any device can be asked for, so that it runs as it is.
    static func text(app: String) -> String {
        """
        # What is tested, in a sentence. All that may stand here is in Tasks/README.md.
        app: "\(app)"
        split: heldout                 # train: verifiers may be trained on it
        difficulty: easy               # easy | medium | hard, for tables
        tags: [data_edit]
        max_steps: 10                  # the step budget: twice what a person takes
        optimal_steps: 5

        # Wordings of one and the same goal; the seed chooses. {name} is a value from params.
        goals:
          - Delete the file {file} in the folder {folder}.
        # Further wordings, for `--goals paraphrase`.
        paraphrases:
          - I no longer need {file}; please remove it from {folder}.

        # Values, in order; the same seed gives the same values on every machine.
        params:
          folder: {choice: [Download, Documents]}
          number: {integer: {from: 1, to: 99, width: 2}}
          file: "report{number}.txt"

        # Brings the device to the start, over ADB; then comes the home screen. The goal must not hold yet.
        setup:
          - file: {path: "/sdcard/{folder}/{file}", content: "to be deleted"}
          - file: {path: "/sdcard/{folder}/keep.txt", content: "to be kept"}

        # All must hold at the end. Ask for what must not happen as well as for what must.
        check:
          - file: {path: "/sdcard/{folder}/{file}", exists: false}
          - file: {path: "/sdcard/{folder}/keep.txt", is: "to be kept"}

        # The Swift type that knows how to do it, for `--agent oracle` and for telling why others fail. A task may go without.
        oracle:
          program: FileDelete
          with: {folder: "{folder}", file: "{file}"}

        """
    }
}
