// A task server as one writes it in Go: net/http and database/sql. Usage: go-peer ADDRESS sqlite:PATH|postgres://...
package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	_ "github.com/lib/pq"
	_ "github.com/mattn/go-sqlite3"
)

type task struct {
	ID        int64    `json:"id"`
	URL       string   `json:"url"`
	Title     string   `json:"title"`
	Notes     string   `json:"notes"`
	Completed bool     `json:"completed"`
	Priority  int      `json:"priority"`
	Order     *float64 `json:"order"`
	DueAt     *string  `json:"due_at"`
	CreatedAt string   `json:"created_at"`
	UpdatedAt string   `json:"updated_at"`
}

const columns = "id, title, notes, completed, priority, position, due_at, created_at, updated_at"

type server struct{ get, list, insert *sql.Stmt }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func prepare(db *sql.DB, text string) *sql.Stmt {
	s, err := db.Prepare(text)
	must(err)
	return s
}

// SQLite has one writer at a time, so a connection of its own writes.
func open(uri string) (read, write *sql.DB) {
	var err error
	if strings.HasPrefix(uri, "sqlite:") {
		uri = "file:" + strings.TrimPrefix(uri, "sqlite:") + "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000"
		read, err = sql.Open("sqlite3", uri)
		must(err)
		write, err = sql.Open("sqlite3", uri)
		must(err)
		read.SetMaxOpenConns(4)
		read.SetMaxIdleConns(4)
		write.SetMaxOpenConns(1)
		return read, write
	}
	read, err = sql.Open("postgres", uri)
	must(err)
	read.SetMaxOpenConns(5)
	read.SetMaxIdleConns(5)
	return read, read
}

func scan(row interface{ Scan(...any) error }, host string) (t task, err error) {
	err = row.Scan(&t.ID, &t.Title, &t.Notes, &t.Completed, &t.Priority, &t.Order, &t.DueAt, &t.CreatedAt, &t.UpdatedAt)
	t.URL = "http://" + host + "/tasks/" + strconv.FormatInt(t.ID, 10)
	return
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

func (s *server) one(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/tasks/"), 10, 64)
	if err != nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	t, err := scan(s.get.QueryRow(id), r.Host)
	if err != nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	answer(w, http.StatusOK, t)
}

func (s *server) all(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 1000 {
		limit = 100
	}
	rows, err := s.list.Query(limit)
	if err != nil {
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	defer rows.Close()
	tasks := make([]task, 0, limit)
	for rows.Next() {
		t, err := scan(rows, r.Host)
		if err != nil {
			http.Error(w, "unavailable", http.StatusServiceUnavailable)
			return
		}
		tasks = append(tasks, t)
	}
	answer(w, http.StatusOK, tasks)
}

func (s *server) create(w http.ResponseWriter, r *http.Request) {
	var t task
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 65536)).Decode(&t) != nil || strings.TrimSpace(t.Title) == "" {
		http.Error(w, "a title is needed", http.StatusBadRequest)
		return
	}
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	created, err := scan(s.insert.QueryRow(t.Title, t.Notes, t.Completed, t.Priority, t.Order, t.DueAt, now, now), r.Host)
	if err != nil {
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	answer(w, http.StatusCreated, created)
}

func (s *server) collection(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.create(w, r)
	} else {
		s.all(w, r)
	}
}

func main() {
	read, write := open(os.Args[2])
	s := server{
		get:    prepare(read, "SELECT "+columns+" FROM tasks WHERE id = $1"),
		list:   prepare(read, "SELECT "+columns+" FROM tasks ORDER BY id LIMIT $1"),
		insert: prepare(write, "INSERT INTO tasks (title, notes, completed, priority, position, due_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING "+columns),
	}
	http.HandleFunc("/livez", func(w http.ResponseWriter, r *http.Request) { answer(w, http.StatusOK, "ok") })
	http.HandleFunc("/tasks/", s.one)
	http.HandleFunc("/tasks", s.collection)
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
