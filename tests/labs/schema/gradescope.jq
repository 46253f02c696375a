# Gradescope, "Autograder Specifications", "Output Format": true if this is a results.json, otherwise the first rule that it breaks.
def keys_in($allowed): (keys - $allowed) as $more | if $more == [] then . else error("unknown keys \($more)") end;
def has_type($key; $type): if has($key) and (.[$key] | type) != $type then error("\($key) is no \($type)") else . end;
def one_of($key; $values): if has($key) and ([.[$key]] - $values) != [] then error("\($key) is \(.[$key])") else . end;
def visibilities: ["visible", "hidden", "after_due_date", "after_published"];
def formats: ["text", "html", "simple_format", "md", "ansi"];

keys_in(["score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility", "stdout_visibility",
	"extra_data", "tests", "leaderboard"])
| if has("score") or has("tests") then . else error("neither score nor tests") end
| has_type("score"; "number") | has_type("execution_time"; "number") | has_type("output"; "string") | has_type("tests"; "array")
| one_of("output_format"; formats) | one_of("test_output_format"; formats) | one_of("test_name_format"; formats)
| one_of("visibility"; visibilities) | one_of("stdout_visibility"; visibilities)
| .tests[] |= (keys_in(["score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility", "extra_data"])
	| has_type("score"; "number") | has_type("max_score"; "number") | has_type("name"; "string") | has_type("number"; "string")
	| has_type("output"; "string") | has_type("tags"; "array") | one_of("status"; ["passed", "failed"])
	| one_of("output_format"; formats) | one_of("name_format"; formats) | one_of("visibility"; visibilities)
	| if .score > .max_score then error("more points than there are") else . end)
| if .score == ([.tests[].score] | add) then true else error("the score is not the sum") end
