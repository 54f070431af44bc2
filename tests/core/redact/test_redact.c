/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact.h"

#include <stdio.h>

#include "extern/pattern.h"
#include "starve.h"
#include "suite.h"

/* Secrets are written in pieces, so that nobody's scanner takes this file for
 * a leak. */
#define X8  "a1B2c3D4"
#define X16 X8 "e5F6g7H8"
#define X32 X16 "i9J0k1L2" X8
#define X40 X32 X8
#define H16 "0123456789abcdef"
#define H32 H16 H16

static struct mxlog_redactor *make(const char *const *patterns, size_t n)
{
	struct mxlog_redactor *redactor = NULL;
	struct mxlog_error error = { 0 };

	ck_assert_msg(mxlog_redactor_new(patterns, n, "[GONE]", &redactor,
			  &error) == 0,
	    "%s", error.text);
	return redactor;
}

static void expect_by(struct mxlog_redactor *redactor, const char *text,
    const char *expected)
{
	struct mxlog_buf out = { 0 }, again = { 0 };
	/* Of exact size, so that a sanitizer sees one byte too far. */
	char *exact = malloc(strlen(text) + !*text);

	memcpy(exact, text, strlen(text));
	ck_assert_int_eq(mxlog_redact_text(redactor, exact, strlen(text), &out),
	    0);
	free(exact);
	ck_assert_msg(out.len == strlen(expected) &&
		memcmp(out.data, expected, out.len) == 0,
	    "%s\n became   %.*s\n not      %s", text, (int)out.len, out.data,
	    expected);
	/* A second time changes nothing. */
	ck_assert_int_eq(mxlog_redact_text(redactor, out.data, out.len, &again),
	    0);
	ck_assert_msg(again.len == out.len &&
		memcmp(again.data, out.data, out.len) == 0,
	    "%.*s\n then     %.*s", (int)out.len, out.data, (int)again.len,
	    again.data);
	mxlog_buf_done(&out);
	mxlog_buf_done(&again);
}

static void expect_all(const char *const (*cases)[2], size_t n)
{
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < n; i++)
		expect_by(redactor, cases[i][0],
		    cases[i][1] ? cases[i][1] : cases[i][0]);
	mxlog_redactor_free(redactor);
}

START_TEST(keys_of_clouds_and_services_are_known_by_their_looks)
{
	static const char *const cases[][2] = {
		{ "key AK"
		  "IAIOSFODNN7EXAMPLE used",
		    "key [GONE] used" },
		{ "AS"
		  "IAIOSFODNN7EXAMPLE",
		    "[GONE]" },
		{ "cut at the end: AK"
		  "IAIOSFODNN7",
		    "cut at the end: [GONE]" },
		{ "clone with gh"
		  "p_" X40 "!",
		    "clone with [GONE]!" },
		{ "gh"
		  "o_" X40 " gh"
		  "u_" X40 " gh"
		  "s_" X40 " gh"
		  "r_" X40,
		    "[GONE] [GONE] [GONE] [GONE]" },
		{ "github"
		  "_pat_" X40,
		    "[GONE]" },
		{ "gl"
		  "pat-" X16 X8,
		    "[GONE]" },
		{ "xo"
		  "xb-123456789012-" X16,
		    "[GONE]" },
		{ "post https://hooks.sl"
		  "ack.com/services/T0/B0/" X16 " ok",
		    "post https://hooks.slack.com/services/[GONE] ok" },
		{ "sk"
		  "_live_" X16 X8 ",",
		    "[GONE]," },
		{ "rk"
		  "_live_" X16,
		    "[GONE]" },
		{ "AI"
		  "za" X32 "abc",
		    "[GONE]" },
		{ "sk"
		  "-proj-" X40,
		    "[GONE]" },
		{ "sk"
		  "-ant-api03-" X40,
		    "[GONE]" },
		{ "npm"
		  "_" X32 "abcd",
		    "[GONE]" },
		{ "py"
		  "pi-AgEIcHlwaS5vcmc" X16,
		    "[GONE]" },
		{ "S"
		  "G." X16 "aaaaaa." X40,
		    "[GONE]" },
		{ "S"
		  "K" H32,
		    "[GONE]" },
		{ "dop"
		  "_v1_" H32 H32,
		    "[GONE]" },
		{ "https://acc.blob.core.windows.net/c?sv=2020&sig=" X32
		  "%3D&se=2030",
		    "https://acc.blob.core.windows.net/c?sv=2020&sig=[GONE]"
		    "&se=2030" },
		{ "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" X40
		  "==;EndpointSuffix=core.windows.net",
		    "DefaultEndpointsProtocol=https;AccountName=a;"
		    "AccountKey=[GONE];EndpointSuffix=core.windows.net" },
		{ "hv"
		  "s." X32,
		    "[GONE]" },
		{ "bot12345678:A"
		  "A" X32 "abc: ok",
		    "bot[GONE]: ok" },
		{ "jwt ey"
		  "JhbGciOiJIUzI1NiJ9.ey"
		  "JzdWIiOiIxIn0.s-g_N end",
		    "jwt [GONE] end" },
		{ "cut jwt ey"
		  "JhbGciOiJIUzI1NiJ9.ey"
		  "JzdWIiOi",
		    "cut jwt [GONE]" },
	};

	expect_all(cases, ARRAY_LEN(cases));
}
END_TEST

START_TEST(names_with_values_lose_the_value)
{
	static const char *const cases[][2] = {
		{ "login password=hunter2 ok", "login password=[GONE] ok" },
		{ "password: hunter2", "password: [GONE]" },
		{ "PASSWORD = 'hunter 2' next", "PASSWORD = '[GONE]' next" },
		{ "{\"user\":\"a\",\"password\":\"b\\\"c\",\"n\":1}",
		    "{\"user\":\"a\",\"password\":\"[GONE]\",\"n\":1}" },
		{ "{\"password\": 12345, \"n\": 1}",
		    "{\"password\": [GONE], \"n\": 1}" },
		{ "{'token': 'abc', 'x': 1}", "{'token': '[GONE]', 'x': 1}" },
		{ "body {\\\"api_key\\\":\\\"abc\\\",\\\"n\\\":1}",
		    "body {\\\"api_key\\\":\\\"[GONE]\\\",\\\"n\\\":1}" },
		{ "\\\\\\\"secret\\\\\\\": \\\\\\\"abc\\\\\\\", x",
		    "\\\\\\\"secret\\\\\\\": \\\\\\\"[GONE]\\\\\\\", x" },
		{ "GET /cb?access_token=abc&x=1 200",
		    "GET /cb?access_token=[GONE]&x=1 200" },
		{ "aws_secret_access_key = " X40,
		    "aws_secret_access_key = [GONE]" },
		{ "X-Api-Key: abc123", "X-Api-Key: [GONE]" },
		{ "apiKey=>\"abc\"", "apiKey=>\"[GONE]\"" },
		{ "Server=db;User Id=a;Password=p;Database=x",
		    "Server=db;User Id=a;Password=[GONE];Database=x" },
		{ "password=a,b;c&d)e next", "password=[GONE] next" },
		{ "(password=abc)", "(password=[GONE])" },
		{ "passwd=y db_passwd=x", "passwd=[GONE] db_passwd=[GONE]" },
		{ "connect(user='a', passwd='b')",
		    "connect(user='a', passwd='[GONE]')" },
		{ "DB_PASSWORD=p\tPATH=/bin", "DB_PASSWORD=[GONE]\tPATH=/bin" },
		{ "mount -o username=a,password=b,uid=0",
		    "mount -o username=a,password=[GONE],uid=0" },
		{ "user[password]=x&b=1", "user[password]=[GONE]&b=1" },
		{ "params[\"client_secret\"] = \"x\"",
		    "params[\"client_secret\"] = \"[GONE]\"" },
		{ "<password>abc</password><a>b</a>",
		    "<password>[GONE]</password><a>b</a>" },
		{ "credentials={\"user\":\"a\",\"key\":[1,\"}7hu\"]} x",
		    "credentials={\"user\":\"a\",\"key\":[1,\"[GONE]\"]} x" },
		{ "credentials={user:a,key:\"x7\"} x", "credentials=[GONE] x" },
		{ "wpa psk=\"abc def\"", "wpa psk=\"[GONE]\"" },
		{ "passphrase=b'abc def' x", "passphrase=b'[GONE]' x" },
		{ "ALTER USER a PASSWORD 'x y'; ok",
		    "ALTER USER a PASSWORD '[GONE]'; ok" },
		{ "password=\"cut off here", "password=\"[GONE]" },
		{ "token:=abc", "token:=[GONE]" },
		{ "token=token=token=x", "token=[GONE]" },
		{ "API Key: abc", "API Key: [GONE]" },
		{ "the private key = abc", "the private key = [GONE]" },
		{ "pass phrase: abc", "pass phrase: [GONE]" },
		{ "<input name=\"password\" value=\"abc\">",
		    "<input name=\"password\" value=\"[GONE]\">" },
		{ "{\"name\": \"DB_PASSWORD\", \"value\": \"abc\"}",
		    "{\"name\": \"DB_PASSWORD\", \"value\": \"[GONE]\"}" },
		{ "password -> abc", "password -> [GONE]" },
		{ "user: bob pass: abc", "user: bob pass: [GONE]" },
		{ "setPassword(\"abc\")", "setPassword(\"[GONE]\")" },
		{ "[('password', 'abc')]", "[('password', '[GONE]')]" },
		{ "username bob password 7 0822455D0A16",
		    "username bob password 7 [GONE]" },
		{ "enable secret 5 $1$mERr$hx5rVt7r",
		    "enable secret 5 [GONE]" },
		{ "snmp-server community abc RO",
		    "snmp-server community [GONE] RO" },
		{ "login with password hunter2 failed",
		    "login with password [GONE] failed" },
		{ "the password is hunter2", "the password is [GONE]" },
	};

	expect_all(cases, ARRAY_LEN(cases));
}
END_TEST

START_TEST(command_lines_lose_their_passwords)
{
	static const char *const cases[][2] = {
		{ "run --password hunter2 --user a",
		    "run --password [GONE] --user a" },
		{ "run --token=abc -v", "run --token=[GONE] -v" },
		{ "java -password abc -x", "java -password [GONE] -x" },
		{ "[\"x\", \"--password\", \"a b\"]",
		    "[\"x\", \"--password\", \"[GONE]\"]" },
		{ "COMMAND=/usr/bin/mysql -u root -phunter2 db",
		    "COMMAND=/usr/bin/mysql -u root -p[GONE] db" },
		{ "sshpass -p abc ssh host", "sshpass -p [GONE] ssh host" },
		{ "curl -s -u admin:abc http://x",
		    "curl -s -u admin:[GONE] http://x" },
		{ "openssl rsa -passin pass:abc -in k",
		    "openssl rsa -passin pass:[GONE] -in k" },
		{ "redis-cli -h h -a abc ping",
		    "redis-cli -h h -a [GONE] ping" },
		{ "CREATE USER a IDENTIFIED BY 'x';",
		    "CREATE USER a IDENTIFIED BY '[GONE]';" },
	};

	expect_all(cases, ARRAY_LEN(cases));
}
END_TEST

START_TEST(headers_and_urls_lose_their_credentials)
{
	static const char *const cases[][2] = {
		{ "Authorization: Bearer abc123 status=200",
		    "Authorization: Bearer [GONE] status=200" },
		{ "authorization: Basic dXNlcjpwYXNz\r\nHost: x",
		    "authorization: Basic [GONE]\r\nHost: x" },
		{ "Proxy-Authorization: Digest username=\"a b\", "
		  "response=\"c\", qop=auth rest",
		    "Proxy-Authorization: Digest [GONE] rest" },
		{ "{\"Authorization\": \"token abc def\"}",
		    "{\"Authorization\": \"token [GONE]\"}" },
		{ "Authorization: abc123.def", "Authorization: [GONE]" },
		{ "authorization=x", "authorization=[GONE]" },
		{ "authorization: Basic ", NULL },
		{ "got Bearer abcdef123 from x", "got Bearer [GONE] from x" },
		{ "sent Basic dXNlcjpwYXNz now", "sent Basic [GONE] now" },
		{ "Cookie: sid=abc; theme=dark GET /", "Cookie: [GONE] GET /" },
		{ "Set-Cookie: sid=abc; Path=/; HttpOnly",
		    "Set-Cookie: [GONE]" },
		{ "PHPSESSID=abc123; x", "PHPSESSID=[GONE]; x" },
		{ "postgres://user:p%40ss@host:5432/db?a=b@c",
		    "postgres://user:[GONE]@host:5432/db?a=b@c" },
		{ "redis://:secretpw@h:6379/0", "redis://:[GONE]@h:6379/0" },
		{ "https://u:p@ss@host/x", "https://u:[GONE]@host/x" },
		{ "https://u:pa/ss@host/x", "https://u:[GONE]@host/x" },
		{ "https://" X16 "@github.com/a",
		    "https://[GONE]@github.com/a" },
		{ "user:hunter2@tcp(127.0.0.1:3306)/db",
		    "user:[GONE]@tcp(127.0.0.1:3306)/db" },
		{ "jdbc:oracle:thin:scott/tiger@host:1521",
		    "jdbc:oracle:thin:scott/[GONE]@host:1521" },
	};

	expect_all(cases, ARRAY_LEN(cases));
}
END_TEST

START_TEST(private_keys_go_whole_or_cut)
{
	static const char *const cases[][2] = {
		{ "-----BEGIN RSA PRIV"
		  "ATE KEY-----\nMIIE\nabc=\n"
		  "-----END RSA PRIV"
		  "ATE KEY-----\nrest",
		    "-----BEGIN RSA PRIVATE KEY-----[GONE]"
		    "-----END RSA PRIVATE KEY-----\nrest" },
		{ "\"-----BEGIN PRIV"
		  "ATE KEY-----\\nMIIE\\nabc=\\n"
		  "-----END PRIV"
		  "ATE KEY-----\\n\", x",
		    "\"-----BEGIN PRIVATE KEY-----[GONE]"
		    "-----END PRIVATE KEY-----\\n\", x" },
		{ "a -----BEGIN OPENSSH PRIV"
		  "ATE KEY-----\nb3Blbn-cut off",
		    "a -----BEGIN OPENSSH PRIVATE KEY-----[GONE]" },
		{ "log: MIIEabcdef\nabcdefgh=\n-----END EC PRIV"
		  "ATE KEY-----",
		    "log: [GONE]-----END EC PRIVATE KEY-----" },
		{ "-----BEGIN CERTIFICATE-----\nMIIE\n"
		  "-----END CERTIFICATE-----",
		    NULL },
	};

	expect_all(cases, ARRAY_LEN(cases));
}
END_TEST

START_TEST(ordinary_log_text_stays)
{
	static const char *const texts[] = {
		"Failed password for root from 1.2.3.4 port 22 ssh2",
		"pam_unix(sshd:auth): check pass; user unknown",
		"sudo: a : TTY=pts/0 ; PWD=/home/a ; USER=root ; COMMAND=/bin/ls",
		"Access denied for user 'root'@'localhost' (using password: YES)",
		"token_count=5 password_changed_at=2024-01-01 max_tokens=512",
		"tokens: 512, passed: 3, pass=3 fail=0",
		"invalid token: unexpected end of input",
		"syntax error: unexpected token: '}'",
		"TokenFilter: started in 5 ms",
		"PasswordAuthentication: yes",
		"status installed libsecret-1-0:amd64 0.20.5-3",
		"status installed python3-jwt:amd64 2.6.0-1",
		"cookie=0x0, duration=5s, table=0",
		"GET http://host:8080/path?mail=a@b.c 200",
		"https://example.com/a:b@c",
		"the basic idea of bearer authentication is simple",
		"key=value keyboard: us public_key=abc cache_key=xyz",
		"npm_config_registry=https://registry.npmjs.org/",
		"risk-assessment-of-some-long-hyphenated-name-1",
		"ASIAPACIFIC region, AKIA is a prefix",
		"<secret>",
		"password=",
		"password: ",
		"secret: \"\"",
		"std::token::next failed at token::x",
		"New password: ***",
		"secret \"my-secret\" not found",
		"mysql -u root -P 3306",
		"curl -u admin http://x",
		"Elevated Token:  %%1842",
		"the password is too short, password must be changed",
		"password authentication for user123 failed",
		"implemented basic RainerScript optimizer",
		"a problem identified by \"Some One\"",
		"cookie: reject a blank domain",
		"cookie->data",
		"fields: [\"name\", \"password\", \"email\"]",
		"Server host key: ecdsa-sha2-nistp256 SHA256:abc",
		"token is missing, secret not found",
		"user root: uid=0 passwd=x gid=0",
	};
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		expect_by(redactor, texts[i], texts[i]);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(patterns_of_the_user_work_as_in_python)
{
	static const char *const patterns[] = { "api_code=\\w+", "Bearing \\w+",
		"(?<=pin )\\d{4}", "id-(?<secret>\\w+)-x", "\\bCARD\\K\\d+",
		"q*", "(?i)kennwort (?P<secret>\\S+)", "^start\\d",
		"\xc3\xa9t\xc3\xa9\\w" };
	static const char *const cases[][2] = {
		{ "api_code=abc next", "[GONE] next" },
		{ "api_code=\xc3\xa9t\xc3\xa9 next", "[GONE] next" },
		{ "Bearing abc", "[GONE]" },
		{ "pin 1234, pin 56", "pin [GONE], pin 56" },
		{ "id-abc-x id-def-x", "id-[GONE]-x id-[GONE]-x" },
		{ "CARD1234", "CARD[GONE]" },
		{ "aqqb", "a[GONE]b" },
		{ "KENNWORT abc", "KENNWORT [GONE]" },
		{ "start1 start2", "[GONE] start2" },
		{ "\xc3\xa9t\xc3\xa9s", "[GONE]" },
		/* Two rules that overlap are one replacement. */
		{ "password=api_code=abc", "password=[GONE]" },
		{ "api_code=gh"
		  "p_" X40,
		    "[GONE]" },
	};
	struct mxlog_redactor *redactor = make(patterns, ARRAY_LEN(patterns));

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect_by(redactor, cases[i][0], cases[i][1]);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(a_pattern_that_does_not_compile_is_named)
{
	static const char *const patterns[] = { "fine", "a(b" };
	struct mxlog_redactor *redactor = NULL;
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_redactor_new(patterns, 2, "x", &redactor,
			     &error),
	    -EINVAL);
	ck_assert_str_eq(error.text,
	    "pattern 'a(b': missing closing parenthesis (at character 4)");
	ck_assert_uint_eq(error.offset, 3);
	ck_assert_ptr_null(redactor);
}
END_TEST

/* ---- entries ---- */

static struct mxlog_entry *make_entry(const char *message)
{
	struct mxlog_entry *entry = NULL;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
			     strlen(message)),
	    0);
	return entry;
}

static void add(struct mxlog_entry *entry, const char *key, const char *value)
{
	ck_assert_int_eq(mxlog_entry_add_context(entry, key, strlen(key), value,
			     strlen(value)),
	    0);
}

static void add_json(struct mxlog_entry *entry, const char *key,
    const char *value)
{
	ck_assert_int_eq(mxlog_entry_add_context_json(entry, key, strlen(key),
			     value, strlen(value)),
	    0);
}

static void expect_span(const struct mxlog_buf *bytes,
    struct mxlog_text_span span, const char *expected)
{
	ck_assert(MXLOG_IS_SET(span));
	ck_assert_msg(span.len == strlen(expected) &&
		memcmp(bytes->data + span.off, expected, span.len) == 0,
	    "'%.*s' is not '%s'", (int)span.len, bytes->data + span.off,
	    expected);
}

static void expect_pair(const struct mxlog_entry *entry, size_t i,
    const char *key, const char *value)
{
	ck_assert_uint_lt(i, entry->n_context);
	expect_span(&entry->bytes, entry->context[i].key, key);
	expect_span(&entry->bytes, entry->context[i].value, value);
}

static void expect_no_secret(const struct mxlog_entry *entry)
{
	const struct mxlog_exception *exception = entry->exception;

	for (size_t i = 0; i < entry->n_context; i++)
		ck_assert_ptr_null(
		    memmem(mxlog_entry_text(entry, entry->context[i].value),
			entry->context[i].value.len, LITERAL("hunter2")));
	for (; exception; exception = exception->cause)
		for (size_t i = 0; i < exception->n_frames; i++)
			ck_assert(!MXLOG_IS_SET(exception->frames[i].code) ||
			    !memmem(exception->bytes.data +
				    exception->frames[i].code.off,
				exception->frames[i].code.len,
				LITERAL("hunter2")));
}

START_TEST(every_string_of_an_entry_is_searched)
{
	static const enum mxlog_field fields[] = { MXLOG_FIELD_MODULE,
		MXLOG_FIELD_FUNCTION, MXLOG_FIELD_MESSAGE,
		MXLOG_FIELD_THREAD_ID, MXLOG_FIELD_PROCESS_ID };
	struct mxlog_redactor *redactor = make(NULL, 0);
	struct mxlog_entry *entry = make_entry("x");
	struct mxlog_exception *exception, *cause;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		ck_assert_int_eq(mxlog_entry_set(entry, fields[i],
				     LITERAL("a pwd=hunter2")),
		    0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, LITERAL("pwd=hunter2")), 0);
	add(entry, "cmd", "--token hunter2");
	add(entry,
	    "gh"
	    "p_" X40,
	    "x");
	ck_assert_int_eq(mxlog_exception_new(LITERAL("E pwd=hunter2"),
			     LITERAL("m pwd=hunter2"), &exception),
	    0);
	ck_assert_int_eq(mxlog_exception_new(LITERAL("C"),
			     LITERAL("password 'hunter2'"), &cause),
	    0);
	ck_assert_int_eq(mxlog_exception_add_frame(cause,
			     LITERAL("/x?pwd=hunter2"), 3, LITERAL("f"),
			     LITERAL("login(password='hunter2')")),
	    0);
	ck_assert_int_eq(mxlog_exception_take_cause(exception, &cause), 0);
	ck_assert_int_eq(mxlog_entry_take_exception(entry, &exception), 0);

	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		expect_span(&entry->bytes, entry->text[fields[i]],
		    "a pwd=[GONE]");
	expect_span(&entry->bytes, entry->tags[0], "pwd=[GONE]");
	expect_pair(entry, 0, "cmd", "--token [GONE]");
	expect_pair(entry, 1, "[GONE]", "x");
	expect_span(&entry->exception->bytes, entry->exception->type,
	    "E pwd=[GONE]");
	expect_span(&entry->exception->bytes, entry->exception->message,
	    "m pwd=[GONE]");
	expect_span(&entry->exception->cause->bytes,
	    entry->exception->cause->frames[0].file, "/x?pwd=[GONE]");
	expect_span(&entry->exception->cause->bytes,
	    entry->exception->cause->frames[0].code,
	    "login(password='[GONE]')");
	expect_no_secret(entry);
	ck_assert_uint_eq(entry->n_tags, 1);
	mxlog_entry_free(entry);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(a_key_named_like_a_secret_loses_its_whole_value)
{
	static const char *const keys[] = { "password", "PASSWORD", "passwd",
		"pwd", "passphrase", "pass", "db_pass", "secret", "token",
		"api_key", "apiKey", "APIKey", "api-key", "X-Api-Key",
		"x_api_key", "authorization", "Proxy-Authorization",
		"client-secret", "clientSecret", "db.password", "access_token",
		"accessToken", "private_key", "aws_secret_access_key",
		"AWS_SECRET_ACCESS_KEY", "credentials", "cookie", "Set-Cookie",
		"refreshToken", "userPassword", "dbpassword", "secret_key_base",
		"PGPASSWORD", "MYSQL_PWD", "psk", "bearer", "encryption_key",
		"password_hash", "new_password", "password2", "creds",
		"X-Amz-Signature", "JSESSIONID", "PHPSESSID", "account_key",
		"Passwort" };
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct mxlog_entry *entry = make_entry("x");

		add(entry, keys[i], "hunter2 and more, even this");
		add_json(entry, keys[i], "{\"a\":[\"hunter2\",7]}");
		ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
		expect_pair(entry, 0, keys[i], "[GONE]");
		expect_pair(entry, 1, keys[i], "{\"a\":[\"[GONE]\",7]}");
		mxlog_entry_free(entry);
	}
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(a_secret_found_by_its_name_is_hidden_again)
{
	struct mxlog_redactor *redactor = make(NULL, 0);
	struct mxlog_entry *entry =
	    make_entry("try hunter2hunter2, then hunter2hunter2; production");

	add(entry, "password", "hunter2hunter2");
	add(entry, "secret", "production");
	add_json(entry, "argv", "[\"-x\",\"ahunter2hunter2b\"]");
	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	expect_span(&entry->bytes, entry->text[MXLOG_FIELD_MESSAGE],
	    "try [GONE], then [GONE]; production");
	expect_pair(entry, 0, "password", "[GONE]");
	expect_pair(entry, 2, "argv", "[\"-x\",\"a[GONE]b\"]");
	mxlog_entry_free(entry);
	expect_by(redactor, "token=a1b2c3d4e5 then a1b2c3d4e5",
	    "token=[GONE] then [GONE]");
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(a_tag_that_is_a_secret_s_name_is_seen_with_the_message)
{
	static const struct {
		const char *module, *message, *expected;
	} cases[] = {
		{ "password", "hunter2", "[GONE]" },
		{ "Cookie", "sid=abc; theme=x", "[GONE]" },
		{ "{\"password\"", "\"hunter2\"}", "\"[GONE]\"}" },
		{ "passwd", "password changed for user bob",
		    "password changed for user bob" },
		{ "sssd_secrets", "starting up", "starting up" },
		{ "token-service", "refreshed", "refreshed" },
		{ "sshd", "hunter2", "hunter2" },
	};
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_entry *entry = make_entry(cases[i].message);

		ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
				     cases[i].module, strlen(cases[i].module)),
		    0);
		ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
		expect_span(&entry->bytes, entry->text[MXLOG_FIELD_MESSAGE],
		    cases[i].expected);
		mxlog_entry_free(entry);
	}
	mxlog_redactor_free(redactor);
}
END_TEST

static void expect_line(struct mxlog_redactor *redactor, const char *module,
    int64_t seconds, const char *message, const char *expected)
{
	struct mxlog_entry *entry = make_entry(message);

	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE, module,
			     strlen(module)),
	    0);
	mxlog_entry_set_time(entry, seconds * USEC_PER_SEC);
	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	expect_span(&entry->bytes, entry->text[MXLOG_FIELD_MESSAGE], expected);
	mxlog_entry_free(entry);
}

START_TEST(a_private_key_goes_line_by_line)
{
	static const char begin[] = "-----BEGIN RSA PRIV"
				    "ATE KEY-----";
	static const char end[] = "-----END RSA PRIV"
				  "ATE KEY-----";
	struct mxlog_redactor *redactor = make(NULL, 0);

	expect_line(redactor, "a", 100, X32 X32, X32 X32);
	expect_line(redactor, "a", 100, begin, begin);
	expect_line(redactor, "a", 100, X32 X32, "[GONE]");
	expect_line(redactor, "b", 100, X32 X32, X32 X32);
	expect_line(redactor, "a", 101, "a line between", "a line between");
	expect_line(redactor, "a", 101, X16 "==", "[GONE]");
	expect_line(redactor, "a", 101, end, end);
	expect_line(redactor, "a", 102, X32 X32, X32 X32);
	expect_line(redactor, "a", 103, begin, begin);
	expect_line(redactor, "a", 190, X32 X32, X32 X32);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(values_are_read_in_every_form)
{
	static const char *const cases[][2] = {
		{ "<wsse:Password Type=\"x\">hunter2</wsse:Password>",
		    "<wsse:Password Type=\"x\">[GONE]</wsse:Password>" },
		{ "<password><![CDATA[a<b]]></password>",
		    "<password><![CDATA[[GONE]]]></password>" },
		{ "<entry key=\"password\">hunter2</entry>",
		    "<entry key=\"password\">[GONE]</entry>" },
		{ "<name>DB_PASSWORD</name> <value>hunter2</value>",
		    "<name>DB_PASSWORD</name> <value>[GONE]</value>" },
		{ "form-data; name=\"password\"\r\n\r\nhunter2\r\n--b",
		    "form-data; name=\"password\"\r\n\r\n[GONE]\r\n--b" },
		{ "name=\\\"password\\\"\\r\\n\\r\\nhunter2\\r\\n--",
		    "name=\\\"password\\\"\\r\\n\\r\\n[GONE]\\r\\n--" },
		{ "s:8:\"password\";s:7:\"hunter2\";",
		    "s:8:\"password\";s:7:\"[GONE]\";" },
		{ "(password . \"hunter2\")", "(password . \"[GONE]\")" },
		{ "password LIKE 'hunter2' OR token IN ('a1')",
		    "password LIKE '[GONE]' OR token IN ('[GONE]')" },
		{ "password: |\n  hunter2\nx: 1",
		    "password: |\n  [GONE]\nx: 1" },
		{ "password = \"\"\"\nhunter2\"\"\" x",
		    "password = \"\"\"\n[GONE]\"\"\" x" },
		{ "password\xc2\xa0=\xc2\xa0hunter2 x",
		    "password\xc2\xa0=\xc2\xa0[GONE] x" },
		{ "password\xef\xbc\x9ahunter2", "password\xef\xbc\x9a[GONE]" },
		{ "pass\xe2\x80\x8bword=hunter2",
		    "pass\xe2\x80\x8bword=[GONE]" },
		{ "\x1b[36mpassword\x1b[0m=hunter2",
		    "\x1b[36mpassword\x1b[0m=[GONE]" },
		{ "q=%7B%22password%22%3A%22hunter2%22%7D",
		    "q=%7B%22password%22%3A%22[GONE]%22%7D" },
		{ "{\"\\u0070assword\":\"hunter2\"} x",
		    "{\"\\u0070assword\":\"[GONE]\"} x" },
		{ "password&#61;hunter2 x", "password&#61;[GONE] x" },
		{ "password#033[0m=hunter2", "password#033[0m=[GONE]" },
		{ "proctitle=6D7973716C002D7068756E74657232",
		    "proctitle=6D7973716C002D70[GONE]" },
		{ "a0=\"curl\" a1=\"-u\" a2=\"a:hunter2\"",
		    "a0=\"curl\" a1=\"-u\" a2=\"a:[GONE]\"" },
		{ "[\"curl\", \"-u\", \"a:hunter2\"]",
		    "[\"curl\", \"-u\", \"a:[GONE]\"]" },
		{ "curl -sSu a:'hunter2' h", "curl -sSu a:'[GONE]' h" },
		{ "/usr/bin/mysql -uroot -phunter2 db",
		    "/usr/bin/mysql -uroot -p[GONE] db" },
		{ "docker run -p 80:80 x", NULL },
		{ "mysql -P 3306 -protocol=tcp", NULL },
		{ "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: hunter2",
		    "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: [GONE]" },
		{ "\xe5\xaf\x86\xe7\xa0\x81=hunter2",
		    "\xe5\xaf\x86\xe7\xa0\x81=[GONE]" },
		{ "senha=hunter2 otp: 123456 pin=3",
		    "senha=[GONE] otp: [GONE] pin=3" },
		{ "GET /cb?code=" X16 "&state=x",
		    "GET /cb?code=[GONE]&state=x" },
		{ "exit code=" X16, NULL },
		{ "failed to refresh token: context deadline exceeded", NULL },
		{ "could not read secret: No such file or directory", NULL },
		{ "cannot get token: 401 Unauthorized", NULL },
		{ "password=${DB_PASSWORD} secret={{ a.b }} token=$TOKEN",
		    NULL },
		{ "secret 5 levels deep; secret=4; ssl_key: /etc/ssl/x.key",
		    NULL },
		{ "PasswordEncoder: bcrypt passwordEncoder=bcrypt", NULL },
		{ "SessionID=336701|RepeatCount=1|password=hunter2|a=b",
		    "SessionID=336701|RepeatCount=1|password=[GONE]|a=b" },
		{ "cache_key=" X16 " stripe_key=" X8 "Zz9",
		    "cache_key=" X16 " stripe_key=[GONE]" },
	};

	expect_all(cases, ARRAY_LEN(cases));
}
END_TEST

START_TEST(a_key_about_a_secret_keeps_its_value)
{
	static const char *const keys[] = { "token_count",
		"password_changed_at", "tokenType", "max_tokens_id",
		"secret_name", "secretName", "key", "public_key", "cache_key",
		"primaryKey", "has_password", "password_length",
		"access_key_id", "compass", "bypass", "secretary", "tokenizer",
		"passport", "author", "authorized", "authorization_url",
		"cookie_domain", "keyboard", "monkey", "next_token",
		"token_expires_in", "PasswordAuthentication", "session_id",
		"libsecret" };
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct mxlog_entry *entry = make_entry("x");

		add(entry, keys[i], "stays");
		ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
		expect_pair(entry, 0, keys[i], "stays");
		mxlog_entry_free(entry);
	}
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(nested_values_are_walked)
{
	static const char *const cases[][2] = {
		{ "{\"a\":{\"password\":\"x\",\"b\":1}}",
		    "{\"a\":{\"password\":\"[GONE]\",\"b\":1}}" },
		{ "{\"a\":[{\"api_key\":12345678901234567890},2]}",
		    "{\"a\":[{\"api_key\":\"[GONE]\"},2]}" },
		{ "{\"credentials\":{\"u\":[1,{\"v\":2}]},\"n\":1.50}",
		    "{\"credentials\":{\"u\":[1,{\"v\":2}]},\"n\":1.50}" },
		{ "[\"a\",\"pwd=x\",\"b\"]", "[\"a\",\"pwd=[GONE]\",\"b\"]" },
		{ "{\"token\":null,\"secret\":true,\"password\":\"\"}",
		    "{\"token\":null,\"secret\":true,\"password\":\"\"}" },
		{ "{\"tokens\":512,\"pass\":3,\"pwd\":\"/root\"}",
		    "{\"tokens\":512,\"pass\":3,\"pwd\":\"/root\"}" },
		{ "{\"token\":512,\"tokens\":\"x\",\"pwd\":\"x\"}",
		    "{\"token\":512,\"tokens\":\"[GONE]\","
		    "\"pwd\":\"[GONE]\"}" },
		{ "{\"token\":5120,\"secret\":[\"ab12\",true,\"expired\"]}",
		    "{\"token\":\"[GONE]\",\"secret\":[\"[GONE]\",true,"
		    "\"expired\"]}" },
		{ "{\"password\":{\"min\":8,\"status\":\"expired\"}}",
		    "{\"password\":{\"min\":8,\"status\":\"expired\"}}" },
		{ "{\"errors\":{\"password\":[\"is too short\"]}}",
		    "{\"errors\":{\"password\":[\"is too short\"]}}" },
		{ "[{\"name\":\"DB_PASSWORD\",\"value\":\"x\"}]",
		    "[{\"name\":\"DB_PASSWORD\",\"value\":\"[GONE]\"}]" },
		{ "[{\"value\":\"x\",\"key\":\"DB_PASSWORD\"}]",
		    "[{\"value\":\"[GONE]\",\"key\":\"DB_PASSWORD\"}]" },
		{ "{\"ParameterKey\":\"ApiKey\",\"ParameterValue\":\"x\"}",
		    "{\"ParameterKey\":\"ApiKey\","
		    "\"ParameterValue\":\"[GONE]\"}" },
		{ "[[\"Cookie\",\"sid=x y\"],[\"Host\",\"a\"]]",
		    "[[\"Cookie\",\"[GONE]\"],[\"Host\",\"a\"]]" },
		{ "[\"Host\",\"a\",\"Cookie\",\"sid=x\",\"Accept\",\"b\"]",
		    "[\"Host\",\"a\",\"Cookie\",\"[GONE]\",\"Accept\","
		    "\"b\"]" },
		{ "[\"x\",\"--password\",\"a b\",\"--token\",\"--x\"]",
		    "[\"x\",\"--password\",\"[GONE]\",\"--token\","
		    "\"--x\"]" },
		{ "{\"Vary\":[\"Cookie\",\"Authorization\"]}",
		    "{\"Vary\":[\"Cookie\",\"Authorization\"]}" },
		{ "{\"kind\":\"Secret\",\"data\":{\"foo\":\"YWJj\"}}",
		    "{\"kind\":\"Secret\",\"data\":{\"foo\":\"[GONE]\"}}" },
		{ "{\"kty\":\"EC\",\"d\":\"x\",\"x\":\"y\"}",
		    "{\"kty\":\"EC\",\"d\":\"[GONE]\",\"x\":\"y\"}" },
		{ "{\"authorization\":{\"allowed\":true,\"by\":\"rbac\"}}",
		    "{\"authorization\":{\"allowed\":true,\"by\":\"rbac\"}}" },
		{ "\"-----BEGIN PRIV"
		  "ATE KEY-----\\nMIIE\\n"
		  "-----END PRIV"
		  "ATE KEY-----\\n\"",
		    "\"-----BEGIN PRIVATE KEY-----[GONE]"
		    "-----END PRIVATE KEY-----\\n\"" },
		{ "{\"pass\\\"word\":\"x\",\"pwd=a b\":\"y\"}",
		    "{\"pass\\\"word\":\"[GONE]\",\"pwd=[GONE] b\":\"y\"}" },
		{ "{\"line\":\"a\\tpassword=\\\"b\\\\c\\\"\\n\"}",
		    "{\"line\":\"a\\tpassword=\\\"[GONE]\\\"\\n\"}" },
		{ "{\"password\":\"[GONE]\"}", "{\"password\":\"[GONE]\"}" },
	};
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_entry *entry = make_entry("x");

		add_json(entry, "data", cases[i][0]);
		ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
		expect_pair(entry, 0, "data", cases[i][1]);
		ck_assert(entry->context[0].json);
		mxlog_entry_free(entry);
	}
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(a_pattern_of_the_user_finds_numbers_too)
{
	static const char *const patterns[] = { "\\b4\\d{15}\\b" };
	struct mxlog_redactor *redactor = make(patterns, 1);
	struct mxlog_entry *entry = make_entry("x");

	add_json(entry, "card", "4111111111111111");
	add_json(entry, "list", "[1,4111111111111111,-2]");
	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	expect_pair(entry, 0, "card", "\"[GONE]\"");
	expect_pair(entry, 1, "list", "[1,\"[GONE]\",-2]");
	mxlog_entry_free(entry);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(words_that_meet_at_a_field_s_border_are_no_secret)
{
	struct mxlog_redactor *redactor = make(NULL, 0);
	struct mxlog_entry *entry = make_entry("pass");
	struct mxlog_redact_stats stats;

	add(entry, "word", "=x");
	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	expect_pair(entry, 0, "word", "=x");
	mxlog_redactor_get_stats(redactor, &stats);
	ck_assert_uint_eq(stats.redactions, 0);
	mxlog_entry_free(entry);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(many_secrets_are_all_found)
{
	struct mxlog_redactor *redactor = make(NULL, 0);
	struct mxlog_entry *entry;
	struct mxlog_buf text = { 0 };
	struct mxlog_redact_stats stats;

	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(mxlog_buf_printf(&text, "pwd=hunter2 %d ", i),
		    0);
	ck_assert_int_eq(mxlog_buf_add(&text, "", 1), 0);
	entry = make_entry(text.data);
	for (int i = 0; i < 100; i++)
		add(entry, "a", "token=hunter2");
	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	expect_no_secret(entry);
	mxlog_redactor_get_stats(redactor, &stats);
	ck_assert_uint_eq(stats.redactions, 1100);
	ck_assert_uint_eq(stats.failures, 0);
	mxlog_buf_done(&text);
	mxlog_entry_free(entry);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(a_field_that_can_not_be_searched_in_time_is_replaced)
{
	static const char *const patterns[] = { "(a+)+=" };
	struct mxlog_redactor *redactor = make(patterns, 1);
	struct mxlog_entry *entry =
	    make_entry("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa =");
	struct mxlog_redact_stats stats;

	add(entry, "other", "b=");
	ck_assert_int_eq(mxlog_redact_entry(redactor, entry), 0);
	expect_span(&entry->bytes, entry->text[MXLOG_FIELD_MESSAGE], "[GONE]");
	expect_pair(entry, 0, "other", "b=");
	ck_assert_uint_eq(entry->n_tags, 1);
	expect_span(&entry->bytes, entry->tags[0], "redaction_failed");
	mxlog_redactor_get_stats(redactor, &stats);
	ck_assert_uint_eq(stats.failures, 1);
	mxlog_entry_free(entry);
	mxlog_redactor_free(redactor);
}
END_TEST

START_TEST(hostile_text_is_bounded)
{
	static const char *const pumps[] = { "password=", "token={", "pwd=/",
		"cookie:", "Authorization: Digest a=", "eyJaaaaaaaa.",
		"://a:", "-----BEGIN PRIVATE KEY-----",
		"-----END PRIVATE KEY-----", "a", "key", "pass:\"", "basic ",
		"mysql ", "curl ", "<token>", "@tcp(", ":AA", "password=\"\\",
		"xoxb-", "bearer a", "secret ", "{\"", "[[",
		"{\"a\":", "[\"--password\",", "[\"Cookie\",\"", "sk-", "live_",
		"SG.", "1//0", "%70", "&#x70;", "\\u0070", "#012",
		"\xe2\x80\x8b", "echo ", "net use \\\\", "kubectl create ",
		"schtasks ", "pgp_sym_encrypt(", "machine x ", "AUTH ",
		"identified ", "\"password\"\\r\\n", "password for x",
		"password . ", "password LIKE ", "s:8:\"password\";",
		"<a:password", "\"password\">", "</password>", "stringData:\n ",
		"password: |\n ", "\"\"\"", "curl -sSu 'a ", "-u \"",
		"a1=\"-p\" ", "AKIA", "LS0tLS1CRUdJTi", "MIIKcQIBAzC", "$6$",
		"{SSHA}", "sqlplus a/", "Private-Lines: 1\n", "\tTRUE\t/\t",
		"pat.", ".atlasv1.", "x@//",
		"\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
		"failed key: " };
	struct mxlog_redactor *redactor = make(NULL, 0);

	for (size_t i = 0; i < ARRAY_LEN(pumps); i++) {
		struct mxlog_buf text = { 0 }, out = { 0 };
		struct mxlog_budget clock = { .usec = 200 * 1000 };

		while (text.len < 200000)
			ck_assert_int_eq(mxlog_buf_add(&text, pumps[i],
					     strlen(pumps[i])),
			    0);
		ck_assert(!mxlog_budget_spent(&clock));
		ck_assert_int_eq(mxlog_redact_text(redactor, text.data,
				     text.len, &out),
		    0);
		ck_assert_msg(!mxlog_budget_spent(&clock), "%s", pumps[i]);
		mxlog_buf_done(&text);
		mxlog_buf_done(&out);
	}
	mxlog_redactor_free(redactor);
}
END_TEST

/* Everything that can need memory; the first failure is returned. */
static int redact_all(struct mxlog_entry *entry)
{
	static const char *const patterns[] = { "no \\d+", "x|yz" };
	struct mxlog_redactor *redactor = NULL;
	struct mxlog_error error = { 0 };
	int r = mxlog_redactor_new(patterns, ARRAY_LEN(patterns), "[GONE]",
	    &redactor, &error);

	if (r == 0)
		r = mxlog_redact_entry(redactor, entry);
	else
		ck_assert_str_eq(error.text, "out of memory");
	mxlog_redactor_free(redactor);
	return r;
}

START_TEST(lack_of_memory_is_told_and_the_next_try_does_it)
{
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_entry *entry = make_entry("a password=hunter2 b");
		int r;

		for (int i = 0; i < 30; i++)
			add(entry, "token", "pwd=hunter2 hunter2 pwd=hunter2");
		add_json(entry, "a", "{\"b\\n\":[\"pwd=hunter2\\n\",7]}");
		starve(n);
		r = redact_all(entry);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		ck_assert_int_eq(redact_all(entry), 0);
		expect_no_secret(entry);
		mxlog_entry_free(entry);
	}
}
END_TEST

START_TEST(metrics_are_redacted_too)
{
	struct mxlog_redactor *redactor = make(NULL, 0);
	struct mxlog_metric *metric;

	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_metric_set_name(metric, LITERAL("a")), 0);
	ck_assert_int_eq(mxlog_metric_set_unit(metric, LITERAL("pwd=x")), 0);
	ck_assert_int_eq(mxlog_metric_add_tag(metric, LITERAL("api_key"),
			     LITERAL("hunter2")),
	    0);
	ck_assert_int_eq(mxlog_metric_add_tag(metric, LITERAL("url"),
			     LITERAL("http://a:hunter2@b/")),
	    0);
	ck_assert_int_eq(mxlog_redact_metric(redactor, metric), 0);
	expect_span(&metric->bytes, metric->unit, "pwd=[GONE]");
	expect_span(&metric->bytes, metric->tags[0].value, "[GONE]");
	expect_span(&metric->bytes, metric->tags[1].value,
	    "http://a:[GONE]@b/");
	mxlog_metric_free(metric);
	mxlog_redactor_free(redactor);
}
END_TEST

static void expect_untouched(struct mxlog_redactor *redactor, const char *path)
{
	FILE *file = fopen(path, "r");
	struct mxlog_redact_stats stats;
	struct mxlog_buf out = { 0 };
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!file) {
		printf("%s is not here: skipped\n", path);
		return;
	}
	while ((n = getline(&line, &size, file)) > 0) {
		out.len = 0;
		ck_assert_int_eq(mxlog_redact_text(redactor, line, (size_t)n,
				     &out),
		    0);
		mxlog_redactor_get_stats(redactor, &stats);
		ck_assert_msg(stats.redactions == 0, "%s", line);
	}
	free(line);
	mxlog_buf_done(&out);
	(void)fclose(file);
}

START_TEST(real_logs_without_secrets_stay_as_they_are)
{
	struct mxlog_redactor *redactor = make(NULL, 0);

	expect_untouched(redactor,
	    MXLOG_CORPUS_DIR "/loghub/Apache/Apache_2k.log");
	expect_untouched(redactor, MXLOG_CORPUS_DIR "/loghub/HDFS/HDFS_2k.log");
	expect_untouched(redactor,
	    MXLOG_CORPUS_DIR "/loghub/Linux/Linux_2k.log");
	expect_untouched(redactor,
	    MXLOG_CORPUS_DIR "/loghub/OpenSSH/OpenSSH_2k.log");
	mxlog_redactor_free(redactor);
}
END_TEST

SUITE("redact", keys_of_clouds_and_services_are_known_by_their_looks,
    names_with_values_lose_the_value, command_lines_lose_their_passwords,
    headers_and_urls_lose_their_credentials, private_keys_go_whole_or_cut,
    ordinary_log_text_stays, patterns_of_the_user_work_as_in_python,
    a_pattern_that_does_not_compile_is_named,
    every_string_of_an_entry_is_searched,
    a_key_named_like_a_secret_loses_its_whole_value,
    a_secret_found_by_its_name_is_hidden_again,
    a_tag_that_is_a_secret_s_name_is_seen_with_the_message,
    a_private_key_goes_line_by_line, values_are_read_in_every_form,
    a_key_about_a_secret_keeps_its_value, nested_values_are_walked,
    a_pattern_of_the_user_finds_numbers_too,
    words_that_meet_at_a_field_s_border_are_no_secret,
    many_secrets_are_all_found,
    a_field_that_can_not_be_searched_in_time_is_replaced,
    hostile_text_is_bounded, lack_of_memory_is_told_and_the_next_try_does_it,
    metrics_are_redacted_too, real_logs_without_secrets_stay_as_they_are)
