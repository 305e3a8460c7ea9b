/// Text inside a LIKE pattern.
public enum LikePattern {
  /// The text with LIKE's own signs taken literally.
  public static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
  }
}
