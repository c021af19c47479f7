// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Testing

@Suite("Watching a folder", .timeLimit(.minutes(1)))
struct FolderWatchTests {
    private func with(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "/watch-" + UUID().uuidString
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("It tells at once, and then of what comes, goes and is renamed")
    func changes() async throws {
        try await with { folder in
            var changes = try FolderWatch.changes(in: folder).makeAsyncIterator()
            #expect(await changes.next() != nil)
            // Folders, since each of these is one event; a file has several.
            mkdir(folder + "/a", 0o700)
            #expect(await changes.next() != nil)
            rmdir(folder + "/a")
            #expect(await changes.next() != nil)
            mkdir(folder + "/b", 0o700)
            #expect(await changes.next() != nil)
            rename(folder + "/b", folder + "/c")
            #expect(await changes.next() != nil)
        }
    }

    @Test("A process that is killed closes the file that it held, and that is told")
    func killed() async throws {
        try await with { folder in
            try FileBytes.write("x", to: folder + "/held")
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 1, folder + "/held", O_WRONLY, 0)
            var words: [UnsafeMutablePointer<CChar>?] =
                ["/bin/sleep", "1000"].map { (word: String) in strdup(word) } + [nil]
            defer { for word in words { free(word) } }
            var child: pid_t = 0
            #expect(posix_spawn(&child, "/bin/sleep", &actions, nil, &words, environ) == 0)
            var changes = try FolderWatch.changes(in: folder).makeAsyncIterator()
            #expect(await changes.next() != nil)
            kill(child, SIGKILL)
            #expect(await changes.next() != nil)
            waitpid(child, nil, 0)
        }
    }

    @Test("The stream ends with the folder; one that is not there is an error")
    func gone() async throws {
        try await with { folder in
            var changes = try FolderWatch.changes(in: folder).makeAsyncIterator()
            rmdir(folder)
            while await changes.next() != nil {}
            let error = #expect(throws: DroidError.self) { try FolderWatch.changes(in: folder) }
            #expect(error?.code == "file.watch")
        }
    }
}
