import Core
import Web

/// The choice of days, and of whatever else a report is narrowed down by, above it. All of it is in the address.
struct DaysForm: Sendable {
  let path: String
  let period: Period
  /// What the form leaves as it is.
  var kept: [(name: String, value: String)] = []
  /// What else one chooses, its current value with it.
  var fields: [Field] = []

  struct Field: Sendable {
    enum Control: Sendable {
      case text(placeholder: String)
      case number(ClosedRange<Int>)
      case choice([FormFields.Choice], none: String?)
    }

    let name: String
    let label: String
    let value: String
    let control: Control
  }

  /// Everything chosen, as the address says it.
  var items: [(name: String, value: String)] {
    (period.items + kept + fields.map { ($0.name, $0.value) }).filter { !$0.value.isEmpty }
  }

  var address: PageAddress { PageAddress(path, items) }

  var html: HTML {
    let presets = Period.Preset.allCases.map { preset in
      let address = address.without("from", "to").with("period", preset.rawValue)
      return (preset.title, address.description, period.preset == preset)
    }
    let hidden = kept.map { item -> HTML in
      item.value.isEmpty ? .empty : "<input type=\"hidden\" name=\"\(item.name)\" value=\"\(item.value)\">"
    }
    return """
      <div class="ty-toolbar">\(Parts.segments("Days", presets))</div>
      <div class="ty-toolbar"><form class="ty-filters" method="get" action="\(href: path)">\(hidden)
      <div><label class="form-label" for="from">From</label>\
      <input class="form-control" type="date" id="from" name="from" value="\(period.from)"></div>
      <div><label class="form-label" for="to">To</label>\
      <input class="form-control" type="date" id="to" name="to" value="\(period.to)"></div>
      \(fields.map(control))<button class="btn">Show</button></form></div>
      """
  }

  private func control(_ field: Field) -> HTML {
    let input: HTML =
      switch field.control {
      case .text(let placeholder):
        """
        <input class="form-control" id="\(field.name)" name="\(field.name)" value="\(field.value)" \
        placeholder="\(placeholder)" autocomplete="off" maxlength="100">
        """
      case .number(let range):
        """
        <input class="form-control" type="number" id="\(field.name)" name="\(field.name)" value="\(field.value)" \
        min="\(range.lowerBound)" max="\(range.upperBound)">
        """
      case .choice(let choices, let none):
        """
        <select class="form-select" id="\(field.name)" name="\(field.name)">\
        \(FormFields.options(choices, current: field.value, none: none))</select>
        """
      }
    return "<div><label class=\"form-label\" for=\"\(field.name)\">\(field.label)</label>\(input)</div>"
  }
}

extension TrackerCall {
  /// A query's id; nil for none and for what is none.
  func positiveID(_ name: String) -> Int64? { query(name).flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil } }
}
