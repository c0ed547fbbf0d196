"""A task server as one writes it with Flask and SQLAlchemy. The store is in the environment variable PEER_DB."""

import datetime
import os

from flask import Flask, abort, jsonify, request
from sqlalchemy import Boolean, Column, Float, Integer, Text, create_engine, event
from sqlalchemy.orm import declarative_base, scoped_session, sessionmaker

uri = os.environ["PEER_DB"]
engine = create_engine(uri)
Session = scoped_session(sessionmaker(bind=engine))
Base = declarative_base()
app = Flask(__name__)

if uri.startswith("sqlite"):

    @event.listens_for(engine, "connect")
    def configure(connection, _):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 5000")


class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    title = Column(Text, nullable=False)
    notes = Column(Text, nullable=False, default="")
    completed = Column(Boolean, nullable=False, default=False)
    priority = Column(Integer, nullable=False, default=0)
    position = Column(Float)
    due_at = Column(Text)
    created_at = Column(Text, nullable=False)
    updated_at = Column(Text, nullable=False)

    def view(self):
        return {
            "id": self.id,
            "url": f"{request.host_url}tasks/{self.id}",
            "title": self.title,
            "notes": self.notes,
            "completed": self.completed,
            "priority": self.priority,
            "order": self.position,
            "due_at": self.due_at,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


@app.teardown_appcontext
def end(_):
    Session.remove()


@app.get("/livez")
def live():
    return "ok"


@app.get("/tasks/<int:number>")
def one(number):
    task = Session.get(Task, number)
    return jsonify(task.view()) if task else abort(404)


@app.get("/tasks")
def some():
    limit = min(request.args.get("limit", 100, type=int), 1000)
    return jsonify([task.view() for task in Session.query(Task).order_by(Task.id).limit(limit)])


@app.post("/tasks")
def create():
    body = request.get_json()
    title = body.get("title", "")
    if not isinstance(title, str) or not title.strip():
        abort(400)
    now = datetime.datetime.utcnow().isoformat(timespec="milliseconds") + "Z"
    task = Task(title=title, created_at=now, updated_at=now)
    Session.add(task)
    Session.commit()
    return jsonify(task.view()), 201
