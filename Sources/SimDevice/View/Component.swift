// SPDX-License-Identifier: Apache-2.0

/// What can stand in a view tree: a primitive, a shared widget, or an app's own part.
///
/// An app's own part is a struct whose `view` is put together from other components.
protocol Component {
    /// The node, with its children, that this component stands for.
    var view: View { get }
}

extension View: Component {
    var view: View { self }
}

/// Collects components, with `if`, `if let`, `switch` and `for`, into a list of nodes.
@resultBuilder
enum ViewBuilder {
    static func buildExpression(_ component: some Component) -> [View] { [component.view] }
    static func buildExpression(_ views: [View]) -> [View] { views }
    static func buildBlock(_ parts: [View]...) -> [View] { Array(parts.joined()) }
    static func buildOptional(_ part: [View]?) -> [View] { part ?? [] }
    static func buildEither(first: [View]) -> [View] { first }
    static func buildEither(second: [View]) -> [View] { second }
    static func buildArray(_ parts: [[View]]) -> [View] { Array(parts.joined()) }
}

/// Runs when something was touched. It changes the app's state; the screen is made anew afterwards.
typealias Handler = () -> Void

/// A value that a control shows and changes.
struct Binding<Value> {
    let get: () -> Value
    let set: (Value) -> Void

    init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {
        self.get = get
        self.set = set
    }

    var value: Value { self.get() }
}
