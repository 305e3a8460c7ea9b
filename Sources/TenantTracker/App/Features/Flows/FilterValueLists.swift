import ClickPath
import Core
import Web

extension FormFields {
  /// A text field that offers the usual values of a filter.
  func suggesting(_ name: String, _ label: String, _ field: FilterField, placeholder: String = "") -> HTML {
    input(name, label, placeholder: placeholder, extra: " list=\"\(name)-values\"")
      + FilterSuggestions.list(of: field, id: "\(name)-values")
  }
}

extension FilterSuggestions {
  /// What a text field offers while one types.
  static func list(of field: FilterField, id: String) -> HTML {
    let options = values(for: field).map { suggestion -> HTML in
      if let label = suggestion.label { return "<option value=\"\(suggestion.value)\" label=\"\(label)\"></option>" }
      return "<option value=\"\(suggestion.value)\"></option>"
    }
    return "<datalist id=\"\(id)\">\(options)</datalist>"
  }
}
