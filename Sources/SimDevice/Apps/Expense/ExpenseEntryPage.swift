// SPDX-License-Identifier: Apache-2.0

import Media

/// What stands in the fields of an entry's page.
struct ExpenseDraft: Hashable {
    /// 0 for a new expense.
    var id: Int64 = 0
    var name = ""
    var amount = ""
    var category = ExpenseCategory.others
    var note = ""

    init() {}

    init(_ expense: Expense) {
        (id, name, amount) = (expense.id, expense.name, expense.amount.plain)
        (category, note) = (expense.category, expense.note)
    }
}

/// The page on which an expense is entered or changed.
extension ExpenseApp {
    func entryPage(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar(
                draft.id == 0 ? "Expense Entry" : "Update Data",
                leading: .up(ui.finish),
                id: Self.id("tb_entry")
            ) {
                if draft.id == 0 {
                    IconButton(
                        .refresh,
                        "Repeat Entry",
                        color: repeats ? .primary : .onSurfaceVariant,
                        onClick: ui.on { app, _ in app.repeats.toggle() }
                    )
                    .selected(repeats)
                    .id(Self.id("lock"))
                }
            }
            ScrollView {
                box(
                    "Name",
                    TextField("Name", text: ui.binding(\.draft.name), id: Self.id("edt_name")),
                    filled: !draft.name.isEmpty
                )
                box(
                    "Amount",
                    TextField(
                        "Amount",
                        text: ui.binding(\.draft.amount) { app, _ in
                            app.draft.amount = MoneyAmount.filtered(app.draft.amount)
                            app.lacksAmount = false
                        },
                        id: Self.id("edt_amount"),
                        kind: .number
                    ),
                    filled: !draft.amount.isEmpty
                )
                if lacksAmount {
                    Text("Cost is Empty", size: 12, color: .error)
                        .id(Self.id("textinput_error"))
                        .padding(left: 32)
                        .key("error")
                }
                chips(ui)
                box(
                    "Note",
                    TextField("Note", text: ui.binding(\.draft.note), id: Self.id("edt_note")),
                    filled: !draft.note.isEmpty
                )
                Button(draft.id == 0 ? "SAVE" : "UPDATE", style: .filled, onClick: ui.on { $0.save($1) })
                    .id(Self.id("btn_save"))
                    .margin(16)
                    .fillWidth()
            }
            .id(Self.id("sv_entry"))
            .weight()
        }
        .fill()
    }

    private func box(_ hint: String, _ field: TextField, filled: Bool) -> View {
        HintedField(hint, field, filled: filled).view.margin(horizontal: 16, vertical: 6).key(hint)
    }

    /// The row of categories, which moves sideways under the finger.
    private func chips(_ ui: UI<Self>) -> View {
        ScrollView(.horizontal) {
            for category in ExpenseCategory.allCases { chip(category, ui) }
        }
        .className("androidx.recyclerview.widget.RecyclerView")
        .id(Self.id("rv_category"))
        .margin(top: 8, bottom: 8)
        .fillWidth()
        .key("categories")
    }

    private func chip(_ category: ExpenseCategory, _ ui: UI<Self>) -> View {
        let on = draft.category == category
        return VStack(spacing: 4, justify: .center) {
            IconView(category.icon, color: on ? .onPrimary : .onSurfaceVariant)
                .id(Self.id("imv_category"))
                .align(.center)
            Text(category.title, size: 12, color: on ? .onPrimary : .onSurface, maxLines: 1, align: .center)
                .id(Self.id("tv_name"))
                .align(.center)
        }
        .className("android.view.ViewGroup")
        .id(Self.id("cv_category"))
        .size(96, 64)
        .margin(left: 12)
        .background(on ? .primary : .surfaceVariant, radius: 12)
        .selected(on)
        .key(category.title)
        .onClick(ui.on { app, _ in app.draft.category = category })
    }

    private mutating func save(_ context: AppContext) {
        guard let amount = MoneyAmount(draft.amount) else {
            lacksAmount = true
            return
        }
        let expense = Expense(
            id: draft.id,
            name: draft.name,
            amount: amount,
            category: draft.category,
            note: draft.note
        )
        let store = ExpenseStore(context)
        do {
            if draft.id == 0 { try store.insert(expense) } else { try store.update(expense) }
        } catch {
            return context.toast("Data could not be saved")
        }
        context.toast(draft.id == 0 ? "Data Saved!" : "Data Updated!")
        guard repeats else { return context.finish() }
        draft = ExpenseDraft()
    }
}
