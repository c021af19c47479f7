// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// One step that brings the device to a task's start. Each is carried out over ADB, so it works on any device that
/// allows the command.
enum SetupStep: Sendable {
    case setting(namespace: TextTemplate, key: TextTemplate, value: TextTemplate)
    case radio([(Radio, TextTemplate)])
    case file(path: TextTemplate, content: TextTemplate)
    case folder(TextTemplate)
    case remove(TextTemplate)
    case noiseFiles(folder: TextTemplate, count: Int, except: TextTemplate?)
    case clearContacts
    case contact(given: TextTemplate, family: TextTemplate?, phone: TextTemplate?)
    case noiseContacts(count: Int, except: TextTemplate?)
    case sqlite(database: TextTemplate, sql: TextTemplate)
    case stop(TextTemplate)
    case clear(TextTemplate)
    case start(TextTemplate)
    case shell(TextTemplate)
    case program(ProgramCall)

    /// A radio that `svc` or `cmd connectivity` turns on and off.
    enum Radio: String, CaseIterable, Sendable {
        case wifi, bluetooth, data, airplane
    }

    private static let kinds = [
        "setting", "radio", "file", "folder", "remove", "noise_files", "clear_contacts", "contact", "noise_contacts",
        "sqlite", "stop", "clear", "start", "shell", "program",
    ]

    init(_ field: YAMLField) throws {
        // `program` has its values beside it, all others have one key.
        if field.has("program") {
            self = .program(try ProgramCall(field))
            return
        }
        let (kind, value) = try field.only(Self.kinds)
        switch kind {
        case "setting":
            let fields = try value.fields(["namespace", "key", "value"])
            self = .setting(
                namespace: try fields.text("namespace"),
                key: try fields.text("key"),
                value: try fields.text("value")
            )
        case "radio":
            self = .radio(
                try value.entries().map { name, state in
                    guard let radio = Radio(rawValue: name) else {
                        throw state.failure(
                            "\"\(name)\" is no radio",
                            next: "known are: wifi, bluetooth, data, airplane"
                        )
                    }
                    return (radio, TextTemplate(state))
                }
            )
        case "file":
            let fields = try value.fields(["path", "content"])
            self = .file(path: try fields.text("path"), content: fields.optionalText("content") ?? TextTemplate(""))
        case "noise_files":
            let fields = try value.fields(["folder", "count", "except"])
            self = .noiseFiles(
                folder: try fields.text("folder"),
                count: try fields.need("count").integer(1...1000),
                except: fields.optionalText("except")
            )
        case "clear_contacts":
            guard try value.boolean() else { throw value.failure("needs true") }
            self = .clearContacts
        case "contact":
            let fields = try value.fields(["given", "family", "phone"])
            self = .contact(
                given: try fields.text("given"),
                family: fields.optionalText("family"),
                phone: fields.optionalText("phone")
            )
        case "noise_contacts":
            let fields = try value.fields(["count", "except"])
            self = .noiseContacts(
                count: try fields.need("count").integer(1...1000),
                except: fields.optionalText("except")
            )
        case "sqlite":
            let fields = try value.fields(["database", "sql"])
            self = .sqlite(database: try fields.text("database"), sql: try fields.text("sql"))
        default:
            _ = try value.string()
            let text = TextTemplate(value)
            switch kind {
            case "folder": self = .folder(text)
            case "remove": self = .remove(text)
            case "stop": self = .stop(text)
            case "clear": self = .clear(text)
            case "start": self = .start(text)
            default: self = .shell(text)
            }
        }
    }

    /// Every text in it, to check its parameters.
    var texts: [TextTemplate] {
        switch self {
        case .setting(let namespace, let key, let value): [namespace, key, value]
        case .radio(let radios): radios.map(\.1)
        case .file(let path, let content): [path, content]
        case .noiseFiles(let folder, _, let except): [folder] + (except.map { [$0] } ?? [])
        case .contact(let given, let family, let phone): [given, family, phone].compactMap(\.self)
        case .noiseContacts(_, let except): except.map { [$0] } ?? []
        case .sqlite(let database, let sql): [database, sql]
        case .clearContacts: []
        case .folder(let text), .remove(let text), .stop(let text), .clear(let text), .start(let text),
            .shell(let text):
            [text]
        case .program(let call): Array(call.arguments.values)
        }
    }
}
