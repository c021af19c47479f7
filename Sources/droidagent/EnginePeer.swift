// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference

/// llama.cpp, as `Scripts/peers llama` built it, doing what `model bench` measures.
enum EnginePeer {
    private static var python: String { "\(Locations.cache)/peers/llama/bin/python" }

    /// Reads the model, does each part once to warm up and once for the clock, and prints the seconds.
    private static let program = """
        import json, sys, time
        from llama_cpp import Llama
        path, threads = sys.argv[1], int(sys.argv[2])
        llama = Llama(path, n_ctx=1024, n_batch=512, n_ubatch=512, n_threads=threads, n_threads_batch=threads, verbose=False)
        tokens = [(i * 7919 + 13) % min(llama.n_vocab(), 40000) for i in range(1000)]
        def prompt512():
            llama.reset()
            start = time.monotonic()
            llama.eval(tokens[:512])
            return time.monotonic() - start
        def suffix288():
            llama.reset()
            llama.eval(tokens[:600])
            start = time.monotonic()
            llama.eval(tokens[600:888])
            return time.monotonic() - start
        def decode32():
            llama.reset()
            llama.eval(tokens[:16])
            start = time.monotonic()
            for token in tokens[16:48]:
                llama.eval([token])
            return time.monotonic() - start
        prompt512()
        print(json.dumps({f.__name__: min(f(), f()) for f in (prompt512, suffix288, decode32)}))
        """

    /// The peer for a file; nil where llama.cpp is not here.
    static func llama(_ model: String, threads: Int) -> EngineBench.Peer? {
        guard FileManager.default.isExecutableFile(atPath: python) else { return nil }
        return EngineBench.Peer(name: "llama.cpp") {
            let folder = NSTemporaryDirectory() + "/droidagent-engine-bench-\(UUID().uuidString)"
            try FileBytes.makeFolder(folder, mode: 0o700)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let (output, said) = (folder + "/output", folder + "/said")
            let process = try ChildProcess(
                python,
                ["-c", program, model, "\(threads)"],
                output: output,
                error: said
            )
            let code = process.wait()
            guard code == 0 else {
                let words = (try? FileBytes.read(said)).map { String(decoding: $0.suffix(300), as: UTF8.self) } ?? ""
                throw DroidError(
                    "bench.llama",
                    "llama.cpp ended with \(code)",
                    why: words.trimmingCharacters(in: .whitespacesAndNewlines),
                    next: "Scripts/peers llama builds it again; --no-peer leaves it out"
                )
            }
            return try JSON.decode(EngineBench.Times.self, from: try FileBytes.read(output))
        }
    }
}
