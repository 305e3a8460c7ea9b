import Core
import Web

/// Pieces of the portal's pages.
enum PortalParts {
  /// A text to take along, with a button that copies it.
  static func copyable(_ label: String, _ text: String, id: String, hint: String? = nil) -> HTML {
    let note = hint.map { "<small class=\"form-hint\" id=\"\(id)-hint\">\($0)</small>" as HTML }
    return """
      <div class="ty-field"><label class="form-label" for="\(id)">\(label)</label>\
      <div class="ty-copy"><input class="form-control ty-code" id="\(id)" value="\(text)" readonly\
      \(if: hint != nil, " aria-describedby=\"\(id)-hint\"")>\
      <button class="btn" type="button" data-copy="\(id)" aria-label="Copy: \(label)">Copy</button></div>\(note)</div>
      """
  }

  /// A labelled text of several lines.
  static func area(_ name: String, _ label: String, _ value: String, hint: String? = nil) -> HTML {
    let note = hint.map { "<small class=\"form-hint\" id=\"\(name)-hint\">\($0)</small>" as HTML }
    return """
      <div class="ty-field"><label class="form-label" for="\(name)">\(label)</label>\
      <textarea class="form-control" id="\(name)" name="\(name)" rows="4"\
      \(if: hint != nil, " aria-describedby=\"\(name)-hint\"")>\n\(value)</textarea>\(note)</div>
      """
  }

  /// Text of several lines as it was written.
  static func lines(_ text: String) -> HTML {
    text.split(whereSeparator: \.isNewline).map { "\($0)" as HTML }.joined(separator: "<br>")
  }
}
