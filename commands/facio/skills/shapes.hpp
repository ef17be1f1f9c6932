// JSON types of the skills area (contract section 15).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

/// A zip file with a SKILL.md of two lines.
inline constexpr std::string_view kSkillZip =
    "UEsDBBQAAAAAAAAAIQCBHcbENQAAADUAAAAIAAAAU0tJTEwubWQtLS0KbmFtZTogd2VhdGhlcgpkZXNjcmlwdGlvbjogVGVsbHMgdGhlIHdlYX"
    "RoZXIKLS0tClBLAQIUAxQAAAAAAAAAIQCBHcbENQAAADUAAAAIAAAAAAAAAAAAAACkAQAAAABTS0lMTC5tZFBLBQYAAAAAAQABADYAAABbAAAA"
    "AAA=";

inline constexpr std::string_view kSkillSources[] = {"workspace", "builtin"};

struct Skill {
  std::string name, source;
  std::optional<std::string> description;
  std::string path;
  std::optional<std::int64_t> size;
  std::optional<double> mtime;

  static constexpr ShapeHead shape{"Skill", "A skill of the agent", Members::open};
  static constexpr auto fields() {
    using S = Skill;
    return Fields{
        field("name", &S::name, "name of the skill"),
        field("source", &S::source, "where it comes from", {.choices = kSkillSources}),
        field("description", &S::description, "what it is for"),
        field("path", &S::path, "path below the workspace"),
        field("size", &S::size, "size of its files", {.format = Format::bytes}),
        field("mtime", &S::mtime, "last change", {.format = Format::epoch_s}),
    };
  }
};

using SkillList = ListOf<Skill, "SkillList", "All skills", "the skills">;

struct SkillInstall {
  std::string name, zip;
  std::optional<bool> overwrite;

  static constexpr ShapeHead shape{"SkillInstall", "A skill to install"};
  static constexpr auto fields() {
    using I = SkillInstall;
    return Fields{
        field("name", &I::name, "name: letters, digits, _, - and ., at most 64",
              {.not_blank = true, .pattern = "alias", .example = "weather"}),
        field("zip", &I::zip, "zip file with SKILL.md at its root or in its only directory, at most 25 MiB",
              {.format = Format::base64, .not_blank = true, .example = kSkillZip, .value_name = "@FILE"}),
        field("overwrite", &I::overwrite, "replace an existing skill of this name", {.default_text = "false"}),
    };
  }
};

using SkillDeleted = Deleted<"name", "SkillDeleted", "The skill is gone", "name of the skill">;

/// What `skills pack` made.
struct SkillPacked {
  std::string name, file;
  std::int64_t files = 0, size = 0;

  static constexpr ShapeHead shape{"SkillPacked", "A skill as a zip file"};
  static constexpr auto fields() {
    using P = SkillPacked;
    return Fields{
        field("name", &P::name, "name of the skill, from its SKILL.md"),
        field("file", &P::file, "the zip file"),
        field("files", &P::files, "number of files"),
        field("size", &P::size, "size of the zip file", {.format = Format::bytes}),
    };
  }
};

}  // namespace facio
