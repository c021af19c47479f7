// SPDX-License-Identifier: Apache-2.0

import Media

/// The logs of all expenses, the sheet of one, the statistics, and what the app says about itself.
extension ExpenseApp {
    func logsPage(_ ui: UI<Self>) -> any Component {
        let expenses = ExpenseStore(ui.context).all(ascending: ascending)
        return VStack {
            if selection.isEmpty {
                bar("Expense Logs", ui, menu: order(ui))
            } else {
                selectionBar(expenses, ui)
            }
            if expenses.isEmpty {
                EmptyState("No Data").view.weight()
            } else {
                List(count: expenses.count, rowHeight: Self.rowHeight) { row(expenses[$0], ui, selectable: true) }
                    .id(Self.id("rv_expense"))
                    .weight()
            }
        }
        .id(Self.id("ml_expense"))
        .fill()
    }

    private func order(_ ui: UI<Self>) -> [MenuItem] {
        [("Ascending", true), ("Descending", false)].map { title, value in
            MenuItem(title, checked: ascending == value, action: ui.on { app, _ in app.ascending = value })
        }
    }

    private func selectionBar(_ expenses: [Expense], _ ui: UI<Self>) -> View {
        AppBar(
            Self.items(selection.count),
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("toolbar"),
            menu: [MenuItem("Select All", action: ui.on { app, _ in app.selection = Set(expenses.map(\.id)) })]
        ) {
            IconButton(
                .delete,
                "Delete",
                onClick: ui.on { app, _ in app.asking = .delete(app.selection.sorted()) }
            )
            .className("android.widget.Button")
            .id(Self.id("delete"))
        }
        .view
    }

    /// The sheet with all that is known of an expense.
    func detail(_ expense: Expense, _ ui: UI<Self>) -> Dialog {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        var dialog = Dialog(place: .bottom, dismiss: close, bare: true)
        dialog.content = VStack {
            sheetTitle("Expense Detail", id: "tv_expense_detail", close: "btn_close", close)
            VStack(spacing: 12) {
                HStack {
                    ZStack {
                        IconView(expense.category.icon, color: .onSecondaryContainer)
                            .id(Self.id("imv_category"))
                            .align(.center)
                    }
                    .id(Self.id("cv_category"))
                    .size(52, 52)
                    .background(.secondaryContainer, radius: 26)
                    .margin(right: 16)
                    Text(expense.name, size: 20, maxLines: 2).id(Self.id("tv_name_value")).weight()
                    IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .delete([expense.id]) })
                        .id(Self.id("btn_delete"))
                }
                .unlisted()
                .fillWidth()
                fact("Amount", "amount", expense.amount.text + " $")
                fact("Date", "date", Self.date(expense.created, ui.context))
                fact("Note", "note", expense.note)
            }
            .id(Self.id("cd_info"))
            .padding(16)
            .margin(horizontal: 16, vertical: 8)
            .fillWidth()
            .background(.surfaceVariant, radius: 8)
            Button(
                "Edit",
                style: .filled,
                onClick: ui.on { app, context in
                    app.asking = nil
                    app.open(ExpenseDraft(expense), context)
                }
            )
            .id(Self.id("btn_edit"))
            .margin(16)
            .fillWidth()
        }
        .fillWidth()
        return dialog
    }

    private func fact(_ title: String, _ id: String, _ value: String) -> View {
        HStack {
            Text(title, size: 14, color: .onSurfaceVariant).id(Self.id("tv_\(id)")).width(96)
            Text(value, size: 16, maxLines: 4).id(Self.id("tv_\(id)_value")).weight()
        }
        .unlisted()
        .fillWidth()
    }

    // MARK: Statistics and about

    /// What each category's share of all that was spent is.
    func statisticsPage(_ ui: UI<Self>) -> any Component {
        var sums: [ExpenseCategory: Int64] = [:]
        for expense in ExpenseStore(ui.context).all() where expense.category != .income {
            sums[expense.category, default: 0] += expense.amount.cents
        }
        let total = sums.values.reduce(0, +)
        let shares = sums.filter { $0.value > 0 }.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        return VStack {
            bar("Statistics", ui)
            if shares.isEmpty {
                EmptyState("No Data").view.weight()
            } else {
                ScrollView {
                    SectionHeader("Category Statistics")
                    for (category, sum) in shares {
                        HStack {
                            Text(category.title, size: 16).id(Self.id("tv_name")).weight()
                            Text("\((Double(sum) * 1000 / Double(total)).rounded() / 10)%", size: 16)
                                .id(Self.id("tv_progress"))
                        }
                        .padding(horizontal: 20)
                        .height(52)
                        .fillWidth()
                        .key(category.title)
                    }
                }
                .id(Self.id("rv_statistics"))
                .weight()
            }
        }
        .fill()
    }

    func aboutPage(_ ui: UI<Self>) -> any Component {
        VStack {
            bar("About", ui)
            VStack(spacing: 12) {
                Text("Pro Expense", size: 22).id(Self.id("tv_app_name"))
                Text("Version \(Self.manifest.versionName)", color: .onSurfaceVariant).id(Self.id("tv_version"))
            }
            .unlisted()
            .padding(24)
        }
        .fill()
    }
}
