// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc

/// Tells that something in a folder has changed, by Linux's inotify: nobody looks until the kernel says so.
public enum FolderWatch {
    /// What counts: files that come, go or are renamed, and those that somebody who could write has closed. A process that
    /// ends closes its files, so one that holds a file of the folder open for writing is noticed when it ends, however.
    private static let events = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF
    )
    /// Room for the events that one read takes.
    private static let room = 64 << 10

    /// A value at once, for whoever reads what is there first, and one after each change; many at once are one.
    ///
    /// The folder is watched when this returns, so nothing that happens from then on is missed. The stream ends with the
    /// folder, or when it is dropped.
    /// - Throws: `DroidError` with code `file.watch` where there is no such folder or the kernel watches no more of them.
    public static func changes(in path: String) throws -> AsyncStream<Void> {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw failure(path) }
        guard inotify_add_watch(descriptor, path, events | UInt32(IN_ONLYDIR)) >= 0 else {
            let error = failure(path)
            close(descriptor)
            throw error
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // A source may be cancelled from any thread, though it does not say so.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor,
            queue: DispatchQueue(label: "folder watch")
        )
        source.setEventHandler {
            let isThere = take(descriptor)
            continuation.yield()
            if !isThere { continuation.finish() }
        }
        source.setCancelHandler { close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        continuation.yield()
        source.resume()
        return stream
    }

    /// Reads what has happened; false where the folder itself is gone. What it was does not matter: whoever watches looks.
    private static func take(_ descriptor: Int32) -> Bool {
        var isThere = true
        withUnsafeTemporaryAllocation(byteCount: room, alignment: MemoryLayout<inotify_event>.alignment) { space in
            while true {
                let count = read(descriptor, space.baseAddress, space.count)
                guard count > 0 else { return }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = space.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    if event.mask & UInt32(IN_IGNORED | IN_MOVE_SELF) != 0 { isThere = false }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
        return isThere
    }

    private static func failure(_ path: String) -> DroidError {
        DroidError(
            "file.watch",
            "cannot watch \(path)",
            why: String(cString: strerror(errno)),
            next: "see /proc/sys/fs/inotify for how much one user may watch"
        )
    }
}
