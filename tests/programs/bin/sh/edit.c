/*
 * tests/programs/bin/sh/edit.c - reading a line from a person: editing, history, completion.
 *
 * The line is drawn with backspaces and spaces only, so any terminal will do. Keys: arrows, Home, End,
 * Delete, Backspace, Tab; ^A ^E ^B ^F ^P ^N ^K ^U ^W ^L; ^C gives the line up; ^D on an empty one ends.
 * A line longer than the screen scrolls sideways.
 */
#include "sh.h"

#include <dirent.h>
#include <sys/stat.h>
#include <termios.h>

#define LINE_MAX    1024
#define HISTORY_MAX 100

static char line[LINE_MAX];
static size_t len, cursor;
static const char *prompt;
static size_t columns, drawn; /* characters of the last drawing behind the prompt */
static char *history[HISTORY_MAX];
static int nhistory;

#define CTRL(c) ((c)&0x1f)
enum key { KEY_UP = 256, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE, KEY_EOF };

/* --- the screen --------------------------------------------------------------------------------------- */

/* The part of the line that fits, the rest of the old drawing blanked, the cursor put back. */
static void draw(void)
{
	size_t room = columns > strlen(prompt) + 8 ? columns - strlen(prompt) - 2 : 16;
	size_t from = cursor > room ? cursor - room : 0, shown = len - from < room ? len - from : room, i;
	size_t blanks = drawn > shown ? drawn - shown : 0;
	static char out[2 * LINE_MAX + 256];
	size_t n = 0;

	n += (size_t)snprintf(out, 256, "\r%s", prompt);
	memcpy(out + n, line + from, shown);
	n += shown;
	for (i = 0; i < blanks; i++)
		out[n++] = ' ';
	for (i = 0; i < blanks + shown - (cursor - from); i++)
		out[n++] = '\b';
	drawn = shown;
	write_all(1, out, n);
}

/* A character typed at the end needs no drawing of the rest. False = it does. */
static bool draw_last(void)
{
	if (cursor != len || len != drawn + 1 || strlen(prompt) + len + 3 > columns)
		return false;
	drawn = len;
	write_all(1, line + len - 1, 1);
	return true;
}

static void bell(void)
{
	write_all(1, "\a", 1);
}

/* --- keys ---------------------------------------------------------------------------------------------- */

static int get_char(void)
{
	unsigned char c;
	ssize_t n;

	do
		n = read(0, &c, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? c : -1;
}

static int get_key(void)
{
	int c = get_char(), d;

	if (c < 0)
		return KEY_EOF;
	if (c != 27)
		return c;
	c = get_char();
	if (c != '[' && c != 'O')
		return KEY_NONE;
	c = get_char();
	switch (c) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return KEY_RIGHT;
	case 'D': return KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	}
	if (c < '0' || c > '9')
		return KEY_NONE;
	do
		d = get_char();
	while (d >= 0 && d != '~' && (d == ';' || (d >= '0' && d <= '9')));
	if (d != '~')
		return KEY_NONE;
	return c == '3' ? KEY_DELETE : c == '1' || c == '7' ? KEY_HOME : c == '4' || c == '8' ? KEY_END : KEY_NONE;
}

/* --- editing --------------------------------------------------------------------------------------------- */

static void insert(const char *text, size_t n)
{
	if (len + n >= LINE_MAX) {
		bell();
		return;
	}
	memmove(line + cursor + n, line + cursor, len - cursor);
	memcpy(line + cursor, text, n);
	len += n;
	cursor += n;
}

static void delete(size_t from, size_t to)
{
	memmove(line + from, line + to, len - to);
	len -= to - from;
	cursor = from;
}

static size_t word_start(void)
{
	size_t at = cursor;

	while (at > 0 && line[at - 1] == ' ')
		at--;
	while (at > 0 && line[at - 1] != ' ')
		at--;
	return at;
}

static void take(const char *text)
{
	len = cursor = 0;
	insert(text, strlen(text));
}

/* --- completion --------------------------------------------------------------------------------------------- */

/* Names that begin like @start in @directory; the longest common beginning goes to @common. */
static int candidates(const char *directory, const char *start, char *common, bool show)
{
	DIR *dir = opendir(directory[0] ? directory : ".");
	struct dirent *d;
	int n = 0;

	common[0] = '\0';
	while (dir && (d = readdir(dir))) {
		size_t i;

		if (strncmp(d->d_name, start, strlen(start)) || (d->d_name[0] == '.' && start[0] != '.'))
			continue;
		if (show)
			printf("%s  ", d->d_name);
		if (n++ == 0)
			strcpy(common, d->d_name);
		for (i = 0; common[i] && common[i] == d->d_name[i]; i++)
			;
		common[i] = '\0';
	}
	if (dir)
		closedir(dir);
	return n;
}

static void complete(void)
{
	static bool again; /* the second Tab in a row shows what there is */
	static size_t last_len;
	size_t from = cursor;
	char word[LINE_MAX], common[300], path[LINE_MAX + 300], *slash;
	struct stat st;
	const char *directory, *start;
	int n;

	while (from > 0 && !strchr(" |&;<>(=", line[from - 1]))
		from--;
	memcpy(word, line + from, cursor - from);
	word[cursor - from] = '\0';
	slash = strrchr(word, '/');
	start = slash ? slash + 1 : word;
	directory = from == 0 && !slash ? "/bin" : "";
	if (slash) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - word + 1), word);
		directory = path;
	}
	again = again && last_len == len;
	if (again)
		printf("\n");
	n = candidates(directory, start, common, again);
	if (again) {
		printf("\n");
		fflush(stdout);
		drawn = 0;
	}
	if (n && strlen(common) > strlen(start))
		insert(common + strlen(start), strlen(common) - strlen(start));
	else if (n != 1 && !again)
		bell();
	if (n == 1) {
		snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash - word + 1) : 0, word, common);
		insert((slash || from) && stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? "/" : " ", 1);
	}
	again = n > 1;
	last_len = len;
}

/* --- history --------------------------------------------------------------------------------------------------- */

void history_add(const char *text)
{
	if (!text[0] || (nhistory && !strcmp(history[nhistory - 1], text)))
		return;
	if (nhistory == HISTORY_MAX) {
		free(history[0]);
		memmove(history, history + 1, sizeof(history[0]) * (HISTORY_MAX - 1));
		nhistory--;
	}
	history[nhistory++] = strdup(text);
}

void history_list(void)
{
	int i;

	for (i = 0; i < nhistory; i++)
		printf("%4d  %s\n", i + 1, history[i]);
	fflush(stdout);
}

/* Step through the history; the line being typed is its newest entry. */
static void step(int *at, int by, char *typed)
{
	int to = *at + by;

	if (to < 0 || to > nhistory) {
		bell();
		return;
	}
	if (*at == nhistory) {
		memcpy(typed, line, len);
		typed[len] = '\0';
	}
	*at = to;
	take(to == nhistory ? typed : history[to]);
}

/* --- the loop ---------------------------------------------------------------------------------------------------- */

enum outcome { GO_ON, LINE_DONE, GIVEN_UP, AT_END };

static enum outcome handle(int key, int *at, char *typed)
{
	char c = (char)key;

	switch (key) {
	case KEY_EOF: return AT_END;
	case '\r':
	case '\n': return LINE_DONE;
	case CTRL('C'): return GIVEN_UP;
	case CTRL('D'):
		if (len == 0)
			return AT_END;
		/* fall through */
	case KEY_DELETE:
		if (cursor < len)
			delete (cursor, cursor + 1);
		break;
	case 8:
	case 127:
		if (cursor > 0)
			delete (cursor - 1, cursor);
		break;
	case CTRL('A'):
	case KEY_HOME: cursor = 0; break;
	case CTRL('E'):
	case KEY_END: cursor = len; break;
	case CTRL('B'):
	case KEY_LEFT: cursor -= cursor > 0; break;
	case CTRL('F'):
	case KEY_RIGHT: cursor += cursor < len; break;
	case CTRL('P'):
	case KEY_UP: step(at, -1, typed); break;
	case CTRL('N'):
	case KEY_DOWN: step(at, 1, typed); break;
	case CTRL('K'): len = cursor; break;
	case CTRL('U'): delete (0, cursor); break;
	case CTRL('W'): delete (word_start(), cursor); break;
	case CTRL('L'): write_all(1, "\033[H\033[2J", 7); break;
	case '\t': complete(); break;
	default:
		if (key >= ' ' && key < 256)
			insert(&c, 1);
	}
	return GO_ON;
}

static char *edit(void)
{
	static char typed[LINE_MAX];
	enum outcome outcome;
	int at = nhistory;

	len = cursor = drawn = 0;
	draw();
	do {
		int key = get_key();

		outcome = handle(key, &at, typed);
		if (outcome != GO_ON)
			cursor = len;
		if (key < ' ' || key > '~' || !draw_last())
			draw();
	} while (outcome == GO_ON);
	line[len] = '\0';
	write_all(1, outcome == GIVEN_UP ? "^C\n" : "\n", outcome == GIVEN_UP ? 3 : 1);
	if (outcome == AT_END)
		return NULL;
	return strdup(outcome == GIVEN_UP ? "" : line);
}

char *edit_line(const char *with_prompt)
{
	struct termios before, raw;
	struct winsize size;
	char *result;

	prompt = with_prompt;
	columns = ioctl(0, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
	tcgetattr(0, &before);
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(IXON);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(0, TCSANOW, &raw);
	result = edit();
	tcsetattr(0, TCSANOW, &before);
	return result;
}
